using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;
using Xunit;

namespace StreamLog.Tests.Testing;

/// <summary>Brokers of a fake Kafka that are taken out, or are down.</summary>
public sealed class BrokersThatLeaveTests
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    [Fact]
    public async Task The_last_broker_coordinates_whatever_its_id()
    {
        await using FakeKafka kafka = await StartAsync(2);

        await kafka.RemoveBrokerAsync(1);

        Assert.Equal(2, await kafka.GetGroupCoordinatorAsync("g"));
        Assert.Equal(2, await kafka.GetTransactionCoordinatorAsync("tx"));
        FindCoordinatorResponse found = await kafka.Brokers[0].SendAsync(
            new FindCoordinatorRequest { CoordinatorKeys = ["g"] }, Client, CancellationToken.None);
        Assert.Equal((ErrorCode.None, 2), (found.Coordinators[0].ErrorCode, found.Coordinators[0].NodeId));
    }

    [Fact]
    public async Task What_a_broker_kept_alone_goes_to_another_with_its_records()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await kafka.Log.Admin.CreateTopicAsync("orders", 2);
        await kafka.AssignReplicasAsync("orders", 0, 1);
        await kafka.AssignReplicasAsync("orders", 1, 1, 2);
        ITopic<string, string> topic = kafka.Log.Topic<string, string>("orders");
        await topic.AppendAsync(new("k", "a") { Partition = 0 });

        await kafka.RemoveBrokerAsync(1);

        MetadataResponse metadata = await kafka.Brokers[0].SendAsync(
            new MetadataRequest { Topics = null }, Client, CancellationToken.None);
        MetadataResponse.MetadataResponsePartition[] partitions =
            [.. metadata.Topics.Single(told => told.Name == "orders").Partitions];
        Assert.Equal([[2], [2, 3]], partitions.Select(partition => partition.ReplicaNodes));
        Assert.Equal([2, 2], partitions.Select(partition => partition.LeaderId));
        Assert.All(
            metadata.Topics.SelectMany(told => told.Partitions),
            partition => Assert.DoesNotContain(1, partition.ReplicaNodes));
        await topic.AppendAsync(new("k", "b") { Partition = 0 });
        Assert.Equal(2, kafka.Log.Topics.Single(known => known.Name == "orders").Partitions[0].LogEndOffset);
    }

    [Fact]
    public async Task A_broker_that_is_down_keeps_nothing_for_one_that_leaves_while_another_is_up()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await kafka.Log.Admin.CreateTopicAsync("orders", 1);
        await kafka.AssignReplicasAsync("orders", 0, 1);
        await kafka.Brokers[1].StopAsync();

        await kafka.RemoveBrokerAsync(1);
        Assert.Equal(3, (await kafka.GetLeaderAsync("orders", 0)).BrokerId);

        // Nobody leads while those that are left are down.
        await kafka.RemoveBrokerAsync(3);
        Assert.Equal(-1, (await kafka.GetLeaderAsync("orders", 0)).BrokerId);
        await kafka.Brokers[0].StartAsync();
        Assert.Equal(2, (await kafka.GetLeaderAsync("orders", 0)).BrokerId);
    }

    [Fact]
    public async Task The_last_broker_is_not_taken_out_nor_is_one_that_is_not_there()
    {
        await using FakeKafka kafka = await StartAsync(1);

        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await Assert.ThrowsAsync<StreamLogException>(() => kafka.RemoveBrokerAsync(1))).ErrorCode);
        await kafka.AddBrokerAsync();
        Assert.Equal(
            ErrorCode.BrokerIdNotRegistered,
            (await Assert.ThrowsAsync<StreamLogException>(() => kafka.RemoveBrokerAsync(9))).ErrorCode);
    }

    [Fact]
    public async Task A_leader_that_is_down_is_refused_before_anything_is_changed()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await kafka.Log.Admin.CreateTopicAsync("orders", 1);
        await kafka.AssignReplicasAsync("orders", 0, 1, 2);
        (int, int) before = await kafka.GetLeaderAsync("orders", 0);
        await kafka.Brokers[2].StopAsync();

        foreach (Func<Task> move in new Func<Task>[]
        {
            () => kafka.MoveLeaderAsync("orders", 0, 3),
            () => kafka.AssignReplicasAsync("orders", 0, 3, 1),
        })
        {
            Assert.Equal(
                ErrorCode.PreferredLeaderNotAvailable,
                (await Assert.ThrowsAsync<StreamLogException>(move)).ErrorCode);
        }

        MetadataResponse metadata = await kafka.Brokers[0].SendAsync(
            new MetadataRequest { Topics = [new() { Name = "orders" }] }, Client, CancellationToken.None);
        Assert.Equal([1, 2], metadata.Topics.Single().Partitions.Single().ReplicaNodes);
        Assert.Equal(before, await kafka.GetLeaderAsync("orders", 0));
    }

    [Fact]
    public async Task A_reset_brings_a_broker_back_to_its_address()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 2);
        string addresses = kafka.BootstrapServers;
        string first = kafka.Brokers[0].Address;

        await kafka.RemoveBrokerAsync(1);
        Assert.DoesNotContain(first, kafka.BootstrapServers);
        await kafka.ResetAsync();
        Assert.Equal(addresses, kafka.BootstrapServers);

        await kafka.RemoveBrokerAsync(1);
        Assert.Equal(first, (await kafka.AddBrokerAsync(brokerId: 1)).Address);
        await kafka.ResetAsync();
        Assert.Equal(addresses, kafka.BootstrapServers);
    }

    private static Task<FakeKafka> StartAsync(int brokers) => FakeKafka.StartAsync(options =>
    {
        options.BrokerCount = brokers;
        options.Listens = false;
    });
}
