using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class GroupConsumerTests
{
    private static readonly TopicPartition Only = new("orders", 0);

    [Fact]
    public async Task A_group_goes_on_behind_what_was_completed_also_after_a_restart()
    {
        LocalClients clients = await StartAsync(10);
        await using (IGroupConsumer<string, string> consumer = clients.Topic("orders").Consume("g"))
        {
            foreach (Record<string, string> record in await TakeAsync(consumer, 6))
            {
                if (record.Offset != 4)
                    record.Complete();
            }
        }

        await clients.DisposeAsync();
        BrokerHarness again =
            await BrokerHarness.StartAsync(files: clients.Harness.Environment.Files, time: clients.Harness.Time);
        await using LocalClients later = LocalClients.Over(again);
        Assert.Equal(4, (await later.Admin.ListGroupOffsetsAsync("g"))[Only].Offset);
        await using IGroupConsumer<string, string> second = later.Topic("orders").Consume("g");

        Assert.Equal(
            Enumerable.Range(4, 6).Select(i => (long)i), (await TakeAsync(second, 6)).Select(record => record.Offset));
    }

    [Fact]
    public async Task It_tells_how_far_it_is_behind_in_each_partition()
    {
        await using LocalClients clients = await StartAsync(10);
        await using IGroupConsumer<string, string> consumer = clients.Topic("orders").Consume("g");
        Assert.Empty(await consumer.LagAsync());

        await TakeAsync(consumer, 4);

        Assert.Equal(new Dictionary<TopicPartition, long> { [Only] = 6 }, await consumer.LagAsync());
        await TakeAsync(consumer, 6);
        Assert.Equal(0, (await consumer.LagAsync())[Only]);
        await consumer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await consumer.LagAsync());
    }

    [Fact]
    public async Task After_a_crash_nobody_waits_for_the_members_that_were_in_the_process()
    {
        BrokerHarness harness = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        LocalClients clients = await FillAsync(LocalClients.Over(harness), 10);
        IGroupConsumer<string, string> crashed = clients.Topic("orders").Consume("g");
        await crashed.CommitAsync((await TakeAsync(crashed, 4))[3]);

        BrokerHarness again = await harness.CrashAsync();
        await using LocalClients later = LocalClients.Over(again);
        await using IGroupConsumer<string, string> second = later.Topic("orders").Consume("g");
        DateTimeOffset began = again.Time.GetUtcNow();
        List<Record<string, string>> read = await again.Environment.RunAsync(TakeAsync(second, 6));

        Assert.Equal(Enumerable.Range(4, 6).Select(i => (long)i), read.Select(record => record.Offset));
        Assert.InRange(again.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Completed_records_are_committed_at_intervals()
    {
        await using LocalClients clients = await StartAsync(5);

        // The coordinator knows the group from here on: asked while it takes it up, it would be asked again after a
        // pause, and this clock stands still.
        await clients.Admin.AlterGroupOffsetsAsync(
            "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [Only] = new(0) });
        await using IGroupConsumer<string, string> consumer = clients.Topic("orders").Consume("g");
        List<Record<string, string>> records = await TakeAsync(consumer, 5);

        records[1].Complete();
        records[0].Complete();
        clients.Harness.Time.Advance(TimeSpan.FromSeconds(2));

        await EventuallyCommittedAsync(clients, 2);
        records[3].Complete();
        records[2].Complete();
        clients.Harness.Time.Advance(TimeSpan.FromSeconds(2));
        await EventuallyCommittedAsync(clients, 4);
    }

    [Fact]
    public async Task In_manual_mode_everything_yielded_is_committed_when_asked_and_nothing_at_the_end()
    {
        await using LocalClients clients = await StartAsync(10);
        await using (IGroupConsumer<string, string> consumer =
            clients.Topic("orders").Consume("g", options => options.Commit = CommitMode.Manual))
        {
            await TakeAsync(consumer, 3);
            await consumer.CommitAsync();
            Assert.Equal(3, (await clients.Admin.ListGroupOffsetsAsync("g"))[Only].Offset);
            await TakeAsync(consumer, 2);
        }

        Assert.Equal(3, (await clients.Admin.ListGroupOffsetsAsync("g"))[Only].Offset);
    }

    [Fact]
    public async Task A_record_commits_all_before_it()
    {
        await using LocalClients clients = await StartAsync(10);
        await using IGroupConsumer<string, string> consumer = clients.Topic("orders").Consume("g");
        List<Record<string, string>> records = await TakeAsync(consumer, 6);

        await consumer.CommitAsync(records[4]);

        Assert.Equal(5, (await clients.Admin.ListGroupOffsetsAsync("g"))[Only].Offset);
        records[5].Complete();
        await consumer.CommitAsync();
        Assert.Equal(6, (await clients.Admin.ListGroupOffsetsAsync("g"))[Only].Offset);
    }

    [Fact]
    public async Task Without_commits_a_group_begins_anew()
    {
        await using LocalClients clients = await StartAsync(3);
        await using (IGroupConsumer<string, string> consumer =
            clients.Topic("orders").Consume("g", options => options.Commit = CommitMode.None))
        {
            foreach (Record<string, string> record in await TakeAsync(consumer, 3))
                record.Complete();
        }

        Assert.Empty(await clients.Admin.ListGroupOffsetsAsync("g"));
    }

    [Fact]
    public async Task Partitions_that_are_added_are_read_too()
    {
        await using LocalClients clients = await StartAsync(1);
        await using IGroupConsumer<string, string> consumer = clients.Topic("orders").Consume("g");
        await TakeAsync(consumer, 1);

        await clients.Admin.CreatePartitionsAsync("orders", 2);
        await clients.Harness.Environment.RunAsync(
            clients.Topic("orders").AppendAsync(new("k", "new") { Partition = 1 }));
        Record<string, string> record =
            Assert.Single(await clients.Harness.Environment.RunAsync(TakeAsync(consumer, 1)));

        Assert.Equal(1, record.Position.Partition);
        Assert.Equal(2, consumer.Assignment.Count);
    }

    [Fact]
    public async Task Lists_are_read_and_completed()
    {
        await using LocalClients clients = await StartAsync(10);
        await using IGroupConsumer<string, string> consumer = clients.Topic("orders").Consume("g");
        await foreach (
            IReadOnlyList<Record<string, string>> list in consumer.ReadBatchesAsync(10, TimeSpan.FromMinutes(1)))
        {
            Assert.Equal(10, list.Count);
            foreach (Record<string, string> record in list)
                record.Complete();
            break;
        }

        await consumer.CommitAsync();
        Assert.Equal(10, (await clients.Admin.ListGroupOffsetsAsync("g"))[Only].Offset);
    }

    [Fact]
    public async Task Commits_that_can_never_succeed_end_the_reading_with_an_error()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1);
        broker.Script = request => request is OffsetCommitRequest
            ? new Fault { Error = ErrorCode.GroupAuthorizationFailed } : null;
        using RecordBuffer batch = BrokerHarness.Batch("1", "2");
        broker.Do(() => broker.Partition("orders").Append(batch.Span, int.MaxValue));
        await using GroupConsumer<string, string> consumer = new(
            Subscription.To("orders"),
            broker,
            environment,
            new ConsumerOptions { Group = "g" },
            (Serdes.Utf8, Serdes.Utf8),
            NullLoggerFactory.Instance);

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            () => environment.RunAsync(ReadForeverAsync(consumer)));

        Assert.Equal(ErrorCode.GroupAuthorizationFailed, failure.ErrorCode);
    }

    private static async Task ReadForeverAsync(IGroupConsumer<string, string> consumer)
    {
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
            record.Complete();
    }

    private static async Task<LocalClients> StartAsync(int records) =>
        await FillAsync(await LocalClients.StartAsync(), records);

    private static async Task<LocalClients> FillAsync(LocalClients clients, int records)
    {
        await clients.Admin.CreateTopicAsync("orders", 1);
        await clients.Topic("orders").AppendAsync(
            Enumerable.Range(0, records).Select(i => new ProducerRecord<string, string>("k", $"{i}")));
        return clients;
    }

    private static async Task<List<Record<string, string>>> TakeAsync(
        IGroupConsumer<string, string> consumer, int count)
    {
        List<Record<string, string>> read = [];
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            read.Add(record);
            if (read.Count == count)
                break;
        }

        return read;
    }

    private static async Task EventuallyCommittedAsync(LocalClients clients, long offset)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < TimeSpan.FromSeconds(20))
        {
            IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
                await clients.Admin.ListGroupOffsetsAsync("g");
            if (committed.TryGetValue(Only, out OffsetAndMetadata found) && found.Offset == offset)
                return;
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        Assert.Fail($"Offset {offset} was not committed.");
    }
}
