using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Clients;
using Xunit;

namespace StreamLog.Tests.Transactions;

/// <summary>The node stops between the decision how a transaction ends and the marks that say so.</summary>
public sealed class TransactionCrashTests
{
    [Theory]
    [InlineData(true, "orders-0")]
    [InlineData(true, "orders-1")]
    [InlineData(true, "__consumer_offsets")]
    [InlineData(false, "orders-0")]
    [InlineData(false, "__consumer_offsets")]
    public async Task A_power_cut_before_the_marks_loses_no_decision(bool isCommit, string unreachable)
    {
        SimulatedDisk disk = new();
        BrokerHarness first = await BrokerHarness.StartAsync(files: disk);
        TransactionalClient client = await WriteAsync(first);
        disk.Faults.FailWrites(path => path.Contains(unreachable, StringComparison.Ordinal));
        Assert.Equal(ErrorCode.None, await client.EndAsync(isCommit));

        await using BrokerHarness broker = await first.CrashAsync();
        await broker.Broker.WaitTransactionsIdleAsync();

        await CheckAsync(broker, isCommit);
        client.Broker = broker;
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 0, "next"));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
    }

    [Fact]
    public async Task Marks_that_cannot_be_written_are_tried_again_until_they_can()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        TransactionalClient client = await WriteAsync(broker);
        int writes = 0;
        disk.Faults.FailWrites(path =>
            path.Contains("orders-1", StringComparison.Ordinal) && Interlocked.Increment(ref writes) == 1);
        Assert.Equal(ErrorCode.None, await client.CommitAsync());

        // Until time passes, nobody tries again.
        Assert.Empty(await CommittedReading.ReadAsync(broker, "orders", partition: 1));
        await broker.Environment.RunAsync(broker.Broker.WaitTransactionsIdleAsync());

        Assert.True(writes > 1);
        await CheckAsync(broker, isCommit: true);
    }

    [Fact]
    public async Task A_transaction_whose_end_was_not_decided_goes_on_after_a_power_cut()
    {
        SimulatedDisk disk = new();
        BrokerHarness first = await BrokerHarness.StartAsync(files: disk);
        TransactionalClient client = await WriteAsync(first);

        await using BrokerHarness broker = await first.CrashAsync();
        Assert.Empty(await CommittedReading.ReadAsync(broker, "orders"));
        client.Broker = broker;
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await broker.Broker.WaitTransactionsIdleAsync();

        await CheckAsync(broker, isCommit: true);
    }

    [Fact]
    public async Task A_deleted_topic_holds_up_no_transaction()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        TransactionalClient client = await WriteAsync(broker);
        await broker.CreateTopicAsync("other");
        await client.ProduceAsync("other", 0, "c");
        await broker.SendAsync(new DeleteTopicsRequest { Topics = [new() { Name = "orders" }] });

        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(["c"], await CommittedReading.ReadAsync(broker, "other"));
        DescribeTransactionsResponse states =
            await broker.SendAsync(new DescribeTransactionsRequest { TransactionalIds = ["tx"] });
        Assert.Equal("CompleteCommit", states.TransactionStates.Single().State);
    }

    private static async Task<TransactionalClient> WriteAsync(BrokerHarness broker)
    {
        await broker.CreateTopicAsync("orders", 2);
        TransactionalClient client = new(broker, "tx");
        Assert.Equal(ErrorCode.None, await client.InitAsync());
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 0, "a"));
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 1, "b"));
        Assert.Equal(ErrorCode.None, await client.CommitOffsetAsync("g", "orders", 0, 42));
        return client;
    }

    private static async Task CheckAsync(BrokerHarness broker, bool isCommit)
    {
        Assert.Equal(isCommit ? ["a"] : [], await CommittedReading.ReadAsync(broker, "orders", 0));
        Assert.Equal(isCommit ? ["b"] : [], await CommittedReading.ReadAsync(broker, "orders", 1));
        OffsetFetchResponse offsets = await broker.SendAsync(new OffsetFetchRequest
        {
            RequireStable = true,
            Groups = [new() { GroupId = "g", Topics = [new() { Name = "orders", PartitionIndexes = [0] }] }],
        });
        OffsetFetchResponse.OffsetFetchResponsePartitions offset =
            offsets.Groups.Single().Topics.Single().Partitions.Single();
        Assert.Equal((ErrorCode.None, isCommit ? 42L : -1L), (offset.ErrorCode, offset.CommittedOffset));
    }
}
