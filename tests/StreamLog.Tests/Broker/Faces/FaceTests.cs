using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker.Faces;

/// <summary>Several nodes that share one engine, as clients see them.</summary>
public sealed class FaceTests
{
    private static readonly RequestContext Remote = new() { ClientId = "client" };

    [Fact]
    public async Task Topics_are_spread_over_the_nodes()
    {
        await using BrokerHarness harness = await StartAsync(3);
        CreateTopicsResponse.CreatableTopicResult created = await harness.CreateTopicAsync("orders", partitions: 3);

        MetadataResponse metadata = await AskAsync(harness, 2, Topics("orders"));
        Assert.Equal(3, created.ReplicationFactor);
        Assert.Equal([1, 2, 3], metadata.Brokers.Select(broker => broker.NodeId));
        Assert.Equal([1, 2, 3], metadata.Topics.Single().Partitions.Select(partition => partition.LeaderId));
    }

    [Fact]
    public async Task Who_does_not_lead_says_who_does()
    {
        await using BrokerHarness harness = await StartAsync(3);
        await harness.CreateTopicAsync("orders", partitions: 3);
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 1, BrokerHarness.Batch("a"));

        ProduceResponse refused = await AskAsync(harness, 1, request);
        ProduceResponse.PartitionProduceResponse partition = BrokerHarness.Single(refused);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, partition.ErrorCode);
        Assert.Equal((2, 0), (partition.CurrentLeader!.LeaderId, partition.CurrentLeader.LeaderEpoch));
        Assert.Equal(2, refused.NodeEndpoints.Single().NodeId);

        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await AskAsync(harness, 2, request)).ErrorCode);
        using FetchResponse fetched = await AskAsync(harness, 3, BrokerHarness.FetchRequest("orders", 1, 0));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, BrokerHarness.Single(fetched).ErrorCode);
        Assert.Equal(2, BrokerHarness.Single(fetched).CurrentLeader!.LeaderId);
    }

    [Fact]
    public async Task Partitions_of_several_leaders_are_answered_in_one_response()
    {
        await using BrokerHarness harness = await StartAsync(2);
        await harness.CreateTopicAsync("orders", partitions: 2);
        ListOffsetsRequest request = new()
        {
            Topics = [new() { Name = "orders", Partitions = [Latest(0), Latest(1), Latest(7)] }],
        };

        ListOffsetsResponse response = await AskAsync(harness, 2, request);

        Assert.Equal(
            [
                (0, ErrorCode.NotLeaderOrFollower), (1, ErrorCode.None), (7, ErrorCode.UnknownTopicOrPartition),
            ],
            response.Topics.Single().Partitions
                .Select(partition => (partition.PartitionIndex, partition.ErrorCode)).Order());
        Assert.Equal(3, request.Topics.Single().Partitions.Count);
    }

    [Fact]
    public async Task Who_looks_for_a_leader_does_not_wait_for_records_of_other_partitions()
    {
        await using BrokerHarness harness = await StartAsync(2);
        await harness.CreateTopicAsync("orders", 2);
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
        request.Topics[0].Partitions.Add(new() { Partition = 1, PartitionMaxBytes = 1000 });
        (request.MinBytes, request.MaxWaitMs) = (1, 60_000);

        using FetchResponse response = await AskAsync(harness, 1, request);

        Assert.Equal(
            [(0, ErrorCode.None), (1, ErrorCode.NotLeaderOrFollower)],
            response.Responses.SelectMany(topic => topic.Partitions)
                .Select(partition => (partition.PartitionIndex, partition.ErrorCode)).Order());
        Assert.Equal(60_000, request.MaxWaitMs);
    }

    [Fact]
    public async Task A_node_that_goes_loses_its_lead_and_what_follows_is_of_a_new_epoch()
    {
        await using BrokerHarness harness = await StartAsync(2);
        await harness.CreateTopicAsync("orders");
        await harness.ProduceAsync("orders", 0, "before");

        await HeartbeatAsync(harness, 1, wantsFence: true);

        StreamLogException thrown = await Assert.ThrowsAsync<StreamLogException>(
            () => AskAsync(harness, 1, Topics("orders")).AsTask());
        Assert.Equal(ErrorCode.BrokerNotAvailable, thrown.ErrorCode);
        MetadataResponse metadata = await AskAsync(harness, 2, Topics("orders"));
        MetadataResponse.MetadataResponsePartition partition = metadata.Topics.Single().Partitions.Single();
        Assert.Equal([2], metadata.Brokers.Select(broker => broker.NodeId));
        Assert.Equal(2, metadata.ControllerId);
        Assert.Equal((2, 1), (partition.LeaderId, partition.LeaderEpoch));
        Assert.Equal([2], partition.IsrNodes);
        Assert.Equal([1], partition.OfflineReplicas);

        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("after"));
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await AskAsync(harness, 2, request)).ErrorCode);
        OffsetForLeaderEpochResponse epochs = await AskAsync(harness, 2, new OffsetForLeaderEpochRequest
        {
            Topics = [new() { Topic = "orders", Partitions = [new() { Partition = 0, LeaderEpoch = 0 }] }],
        });
        Assert.Equal(1, epochs.Topics.Single().Partitions.Single().EndOffset);
        Assert.Equal(["before", "after"], (await harness.ReadAllAsync("orders")).Select(record => record.Value));
    }

    [Fact]
    public async Task Groups_are_led_where_their_partition_is()
    {
        await using BrokerHarness harness = await StartAsync(3);
        FindCoordinatorResponse found = await AskAsync(
            harness, 1, new FindCoordinatorRequest { CoordinatorKeys = ["g"] });
        int coordinator = found.Coordinators.Single().NodeId;
        OffsetFetchRequest request = new() { Groups = [new() { GroupId = "g", Topics = null }] };

        for (int node = 1; node <= 3; node++)
        {
            OffsetFetchResponse response = await AskAsync(harness, node, request);
            Assert.Equal(
                node == coordinator ? ErrorCode.None : ErrorCode.NotCoordinator, response.Groups.Single().ErrorCode);
        }

        await HeartbeatAsync(harness, coordinator, wantsFence: true);
        int other = coordinator == 1 ? 2 : 1;
        found = await AskAsync(harness, other, new FindCoordinatorRequest { CoordinatorKeys = ["g"] });
        Assert.NotEqual(coordinator, found.Coordinators.Single().NodeId);
        Assert.Equal(ErrorCode.None, found.Coordinators.Single().ErrorCode);
    }

    [Fact]
    public async Task Transactions_are_led_where_their_partition_is()
    {
        await using BrokerHarness harness = await StartAsync(3);
        FindCoordinatorResponse found = await AskAsync(
            harness, 1, new FindCoordinatorRequest { CoordinatorKeys = ["tx"], KeyType = 1 });
        int coordinator = found.Coordinators.Single().NodeId;
        InitProducerIdRequest request = new() { TransactionalId = "tx", TransactionTimeoutMs = 10_000 };

        for (int node = 1; node <= 3; node++)
        {
            Assert.Equal(
                node == coordinator ? ErrorCode.None : ErrorCode.NotCoordinator,
                (await AskAsync(harness, node, request)).ErrorCode);
        }
    }

    [Fact]
    public async Task Each_node_lists_the_groups_that_it_coordinates()
    {
        await using BrokerHarness harness = await StartAsync(3);
        await harness.CreateTopicAsync("orders");
        string[] groups = ["a", "b", "c", "d", "e", "f"];
        foreach (string group in groups)
        {
            await harness.SendAsync(new OffsetCommitRequest
            {
                GroupId = group,
                Topics = [new() { Name = "orders", Partitions = [new() { CommittedOffset = 0 }] }],
            });
        }

        List<string>[] listed = new List<string>[3];
        for (int node = 1; node <= 3; node++)
        {
            ListGroupsResponse response = await AskAsync(harness, node, new ListGroupsRequest());
            listed[node - 1] = [.. response.Groups.Select(group => group.GroupId)];
        }

        Assert.Equal(groups, listed.SelectMany(each => each).Order());
        Assert.All(listed, each => Assert.True(each.Count < groups.Length));
    }

    [Fact]
    public async Task A_consumer_reads_from_a_replica_in_its_rack()
    {
        await using BrokerHarness harness = await StartAsync(2);
        await harness.CreateTopicAsync("orders");
        await harness.ProduceAsync("orders", 0, "a");
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
        request.RackId = "rack-2";

        using FetchResponse leader = await AskAsync(harness, 1, request);
        Assert.Equal(2, BrokerHarness.Single(leader).PreferredReadReplica);
        Assert.Equal(0, BrokerHarness.Single(leader).Records!.Length);
        using FetchResponse follower = await AskAsync(harness, 2, request);
        Assert.Equal("a", BrokerHarness.Decode(BrokerHarness.Single(follower).Records!).Single().Value);
    }

    [Fact]
    public async Task Moved_replicas_move_the_lead()
    {
        await using BrokerHarness harness = await StartAsync(3);
        await harness.CreateTopicAsync("orders");

        await harness.SendAsync(new AlterPartitionReassignmentsRequest
        {
            Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 0, Replicas = [3, 2, 1] }] }],
        });
        await harness.SendAsync(new ElectLeadersRequest
        {
            TopicPartitions = [new() { Topic = "orders", Partitions = [0] }],
        });

        MetadataResponse metadata = await AskAsync(harness, 1, Topics("orders"));
        Assert.Equal(3, metadata.Topics.Single().Partitions.Single().LeaderId);
    }

    [Fact]
    public async Task A_node_that_is_taken_out_is_not_told_of()
    {
        await using BrokerHarness harness = await StartAsync(2);

        await harness.SendAsync(new UnregisterBrokerRequest { BrokerId = 2 });

        Assert.Equal([1], (await AskAsync(harness, 1, Topics())).Brokers.Select(broker => broker.NodeId));
        await Assert.ThrowsAsync<StreamLogException>(() => AskAsync(harness, 2, Topics()).AsTask());
    }

    [Fact]
    public async Task Nobody_outside_of_the_process_registers_nodes_or_fences_them()
    {
        await using BrokerHarness harness = await StartAsync(2);

        StreamLogException thrown = await Assert.ThrowsAsync<StreamLogException>(
            () => AskAsync(harness, 1, new BrokerHeartbeatRequest { BrokerId = 2, WantFence = true }).AsTask());
        Assert.Equal(ErrorCode.UnsupportedVersion, thrown.ErrorCode);
        ApiVersionsResponse versions = await AskAsync(harness, 1, new ApiVersionsRequest());
        Assert.DoesNotContain(
            versions.ApiKeys, api => api.ApiKey is ApiKey.BrokerHeartbeat or ApiKey.BrokerRegistration);
        Assert.DoesNotContain(harness.Broker.SupportedApis, api => api.ApiKey == ApiKey.BrokerRegistration);
    }

    [Fact]
    public async Task The_nodes_are_there_again_after_a_crash()
    {
        await using BrokerHarness harness = await StartAsync(2, new StreamLog.Simulation.SimulatedDisk());
        await harness.CreateTopicAsync("orders", partitions: 2);
        await harness.ProduceAsync("orders", 1, "a");

        await using BrokerHarness again = await harness.CrashAsync();

        MetadataResponse metadata = await AskAsync(again, 2, Topics("orders"));
        Assert.Equal(
            [(1, 1), (2, 1)],
            metadata.Topics.Single().Partitions.Select(partition => (partition.LeaderId, partition.LeaderEpoch)));
        Assert.Equal("a", (await again.ReadAllAsync("orders", 1)).Single().Value);
    }

    private static async Task<BrokerHarness> StartAsync(int nodes, StreamLog.Extensibility.IFileSystem? files = null)
    {
        BrokerHarness harness = await BrokerHarness.StartAsync(files: files);
        for (int node = 2; node <= nodes; node++)
        {
            BrokerRegistrationResponse registered = await harness.SendAsync(new BrokerRegistrationRequest
            {
                BrokerId = node,
                ClusterId = harness.Directory.ClusterId,
                IncarnationId = Guid.NewGuid(),
                Rack = $"rack-{node}",
            });
            Assert.Equal(ErrorCode.None, registered.ErrorCode);
            await HeartbeatAsync(harness, node, wantsFence: false);
        }

        return harness;
    }

    private static async Task HeartbeatAsync(BrokerHarness harness, int node, bool wantsFence)
    {
        BrokerHeartbeatResponse response = await harness.SendAsync(new BrokerHeartbeatRequest
        {
            BrokerId = node,
            WantFence = wantsFence,
        });
        Assert.Equal(ErrorCode.None, response.ErrorCode);
    }

    private static ListOffsetsRequest.ListOffsetsPartition Latest(int partition) =>
        new() { PartitionIndex = partition, Timestamp = -1 };

    private static MetadataRequest Topics(params string[] names) =>
        new() { Topics = [.. names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] };

    private static ValueTask<TResponse> AskAsync<TResponse>(
        BrokerHarness harness, int node, IRequest<TResponse> request)
        where TResponse : class => harness.Broker.FaceOf(node).SendAsync(request, Remote, CancellationToken.None);
}
