using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Testing;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Testing;

public sealed class FakeKafkaTests
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    [Fact]
    public async Task Clients_of_the_package_speak_to_it()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        ITopic<string, string> topic = kafka.Log.Topic<string, string>("orders");

        await topic.AppendAsync("k", "hello");

        Assert.Equal("hello", await FirstAsync(topic));
        Assert.NotEmpty(kafka.Requests.Of(ApiKey.Produce));
        Assert.All(kafka.Requests.All, request => Assert.Equal(1, request.BrokerId));
    }

    [Fact]
    public async Task A_topic_is_there_when_a_client_asks_for_it_and_its_partitions_are_spread()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 3;
            options.DefaultPartitions = 3;
            options.Racks.Add("a");
            options.Racks.Add("b");
        });

        MetadataResponse metadata = await AskAsync(kafka, 2, Topics("orders"));

        Assert.Equal([(1, "a"), (2, "b"), (3, null)], metadata.Brokers.Select(each => (each.NodeId, each.Rack)));
        Assert.Equal([1, 2, 3], metadata.Topics.Single().Partitions.Select(partition => partition.LeaderId));
    }

    [Fact]
    public async Task A_broker_that_is_stopped_loses_its_lead_and_is_in_sync_when_it_is_back()
    {
        await using FakeKafka kafka = await StartAsync(2);
        await AskAsync(kafka, 1, Topics("orders"));

        await kafka.Brokers[0].StopAsync();

        StreamLogException thrown =
            await Assert.ThrowsAsync<StreamLogException>(() => AskAsync(kafka, 1, Topics("orders")).AsTask());
        Assert.Equal(ErrorCode.NetworkException, thrown.ErrorCode);
        Assert.Equal((2, 1), await kafka.GetLeaderAsync("orders", 0));
        await kafka.Brokers[0].StartAsync();
        MetadataResponse metadata = await AskAsync(kafka, 1, Topics("orders"));
        Assert.Equal([1, 2], metadata.Topics.Single().Partitions.Single().IsrNodes.Order());
        Assert.Equal((2, 1), await kafka.GetLeaderAsync("orders", 0));
    }

    [Fact]
    public async Task Brokers_come_and_go()
    {
        await using FakeKafka kafka = await StartAsync(2);
        FakeBroker third = await kafka.AddBrokerAsync("c");

        Assert.Equal([1, 2, 3], (await AskAsync(kafka, 3, Topics())).Brokers.Select(broker => broker.NodeId));
        await kafka.RemoveBrokerAsync(1);
        Assert.Equal([2, 3], kafka.Brokers.Select(broker => broker.NodeId));
        Assert.Equal([2, 3], (await AskAsync(kafka, 3, Topics())).Brokers.Select(broker => broker.NodeId));
        await kafka.RemoveBrokerAsync(3);
        StreamLogException thrown = await Assert.ThrowsAsync<StreamLogException>(() => third.StartAsync());
        Assert.Equal(ErrorCode.BrokerIdNotRegistered, thrown.ErrorCode);
    }

    [Fact]
    public async Task A_leader_is_moved_and_the_old_one_says_where_to()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await AskAsync(kafka, 1, Topics("orders"));

        await kafka.MoveLeaderAsync("orders", 0, 3);

        Assert.Equal((3, 1), await kafka.GetLeaderAsync("orders", 0));
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        ProduceResponse.PartitionProduceResponse refused = BrokerHarness.Single(await AskAsync(kafka, 1, request));
        Assert.Equal((ErrorCode.NotLeaderOrFollower, 3), (refused.ErrorCode, refused.CurrentLeader!.LeaderId));
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await AskAsync(kafka, 3, request)).ErrorCode);
        await kafka.RotateLeadersAsync();
        Assert.Equal((1, 2), await kafka.GetLeaderAsync("orders", 0));
    }

    [Fact]
    public async Task Replicas_are_assigned_and_the_first_leads()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await AskAsync(kafka, 1, Topics("orders"));

        await kafka.AssignReplicasAsync("orders", 0, 3, 1);

        MetadataResponse.MetadataResponsePartition partition =
            (await AskAsync(kafka, 1, Topics("orders"))).Topics.Single().Partitions.Single();
        Assert.Equal(3, partition.LeaderId);
        Assert.Equal([3, 1], partition.ReplicaNodes);
        Assert.Equal([1, 3], partition.IsrNodes.Order());
        await kafka.AssignReplicasAsync("orders", 0, 2);
        Assert.Equal(2, (await kafka.GetLeaderAsync("orders", 0)).BrokerId);
        await Assert.ThrowsAsync<StreamLogException>(() => kafka.AssignReplicasAsync("orders", 0, 9));
        await Assert.ThrowsAsync<StreamLogException>(() => kafka.AssignReplicasAsync("orders", 7, 1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => kafka.AssignReplicasAsync("orders", 0));
    }

    [Fact]
    public async Task Leaders_of_what_is_not_there_are_refused()
    {
        await using FakeKafka kafka = await StartAsync(2);
        await AskAsync(kafka, 1, Topics("orders"));

        await Assert.ThrowsAsync<StreamLogException>(() => kafka.MoveLeaderAsync("orders", 7, 2));
        await Assert.ThrowsAsync<StreamLogException>(() => kafka.MoveLeaderAsync("orders", 0, 9));
        await kafka.Brokers[1].StopAsync();
        await Assert.ThrowsAsync<StreamLogException>(() => kafka.MoveLeaderAsync("orders", 0, 2));
    }

    [Fact]
    public async Task Coordinators_are_moved()
    {
        await using FakeKafka kafka = await StartAsync(3);
        int group = await kafka.GetGroupCoordinatorAsync("g") % 3 + 1;
        int transaction = await kafka.GetTransactionCoordinatorAsync("tx") % 3 + 1;

        await kafka.MoveGroupCoordinatorAsync("g", group);
        await kafka.MoveTransactionCoordinatorAsync("tx", transaction);

        Assert.Equal(group, await kafka.GetGroupCoordinatorAsync("g"));
        Assert.Equal(transaction, await kafka.GetTransactionCoordinatorAsync("tx"));
        InitProducerIdRequest request = new() { TransactionalId = "tx", TransactionTimeoutMs = 1000 };
        Assert.Equal(ErrorCode.None, (await AskAsync(kafka, transaction, request)).ErrorCode);
        Assert.Equal(ErrorCode.NotCoordinator, (await AskAsync(kafka, transaction % 3 + 1, request)).ErrorCode);
    }

    [Fact]
    public async Task Old_metadata_is_told_until_it_is_not()
    {
        await using FakeKafka kafka = await StartAsync(2);
        await AskAsync(kafka, 1, Topics("orders"));

        using (kafka.PretendLeader("orders", 0, brokerId: 2, leaderEpoch: 7))
        {
            MetadataResponse stale = await AskAsync(kafka, 1, Topics("orders"));
            Assert.Equal((2, 7), LeaderIn(stale));
        }

        Assert.Equal((1, 0), LeaderIn(await AskAsync(kafka, 1, Topics("orders"))));
    }

    [Fact]
    public async Task Nothing_is_left_after_a_reset()
    {
        await using FakeKafka kafka = await StartAsync(2);
        string? cluster = (await AskAsync(kafka, 1, Topics("orders"))).ClusterId;
        await AskAsync(kafka, 1, new FindCoordinatorRequest { CoordinatorKeys = ["g"] });
        FakeBroker first = kafka.Brokers[0];
        await first.StopAsync();
        await kafka.AddBrokerAsync();
        kafka.Faults.On(ApiKey.Metadata).Fail(ErrorCode.UnknownServerError);

        await kafka.ResetAsync();

        Assert.Empty(kafka.Requests.All);
        Assert.Empty(kafka.Faults.Active);
        Assert.Empty(kafka.Log.Topics);
        Assert.Same(first, kafka.Brokers[0]);
        MetadataResponse metadata = await AskAsync(kafka, 1, new MetadataRequest { Topics = null });
        Assert.Equal((cluster, 2), (metadata.ClusterId, metadata.Brokers.Count));
        Assert.Empty(metadata.Topics);
    }

    [Fact]
    public async Task An_older_Kafka_speaks_less()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
            options.Versions = KafkaVersions.Kafka21.With(ApiKey.Metadata, 2, 6).Without(ApiKey.DeleteRecords));

        ApiVersionsResponse versions = await AskAsync(
            kafka, 1, new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" });

        Assert.Equal((4, 10), RangeOf(versions, ApiKey.Fetch));
        Assert.Equal((0, 7), RangeOf(versions, ApiKey.Produce));
        Assert.Equal((2, 6), RangeOf(versions, ApiKey.Metadata));
        Assert.Null(RangeOf(versions, ApiKey.DeleteRecords));
        Assert.Null(RangeOf(versions, ApiKey.ConsumerGroupHeartbeat));
        Assert.Equal(
            10, kafka.Brokers[0].SupportedApis.Single(api => api.ApiKey == ApiKey.Fetch).MaxVersion);
    }

    [Theory]
    [InlineData(nameof(KafkaVersions.Kafka11), 7, false)]
    [InlineData(nameof(KafkaVersions.Kafka21), 10, false)]
    [InlineData(nameof(KafkaVersions.Kafka25), 11, false)]
    [InlineData(nameof(KafkaVersions.Kafka28), 12, false)]
    [InlineData(nameof(KafkaVersions.Kafka30), 12, true)]
    [InlineData(nameof(KafkaVersions.Kafka33), 13, true)]
    [InlineData(nameof(KafkaVersions.Kafka37), 16, true)]
    [InlineData(nameof(KafkaVersions.Kafka39), 17, true)]
    [InlineData(nameof(KafkaVersions.Kafka40), 17, true)]
    [InlineData(nameof(KafkaVersions.Kafka41), 18, true)]
    [InlineData(nameof(KafkaVersions.All), 18, true)]
    public async Task The_presets_are_those_of_their_release(string preset, int fetch, bool describesTransactions)
    {
        KafkaVersions versions = (KafkaVersions)typeof(KafkaVersions).GetProperty(preset)!.GetValue(null)!;
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Versions = versions);

        IReadOnlyList<ApiVersionRange> apis = kafka.Brokers[0].SupportedApis;
        Assert.Equal(fetch, apis.Single(api => api.ApiKey == ApiKey.Fetch).MaxVersion);
        Assert.Equal(describesTransactions, apis.Any(api => api.ApiKey == ApiKey.DescribeTransactions));
    }

    [Fact]
    public async Task Time_passes_when_the_test_says_so()
    {
        SimulatedTime time = new();
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Time = time);
        await AskAsync(kafka, 1, Topics("orders"));

        Task<FetchResponse> fetch =
            AskAsync(kafka, 1, BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 3_600_000)).AsTask();
        Assert.False(fetch.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));

        using FetchResponse response = await fetch;
        Assert.Equal(0, BrokerHarness.Single(response).Records!.Length);
    }

    [Fact]
    public async Task A_poll_from_a_socket_goes_by_the_clock_of_its_client()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Time = new SimulatedTime());
        await AskAsync(kafka, 1, Topics("orders"));
        RequestContext remote = new() { ClientId = "client", ListenerName = "PLAINTEXT" };

        using FetchResponse response = await kafka.Brokers[0].SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 20), remote, CancellationToken.None);

        Assert.Equal(0, BrokerHarness.Single(response).Records!.Length);
    }

    [Fact]
    public async Task A_broker_that_is_cut_off_goes_on_leading_and_nobody_reaches_it()
    {
        await using FakeKafka kafka = await StartAsync(2);
        await AskAsync(kafka, 1, Topics("orders"));

        await kafka.Brokers[0].CutOffAsync();

        Assert.False(kafka.Brokers[0].IsUp);
        Assert.Equal(
            ErrorCode.NetworkException,
            (await Assert.ThrowsAsync<StreamLogException>(() => AskAsync(kafka, 1, Topics()).AsTask())).ErrorCode);
        Assert.Equal((1, 0), LeaderIn(await AskAsync(kafka, 2, Topics("orders"))));
        await kafka.Brokers[0].StopAsync();
        Assert.Equal((2, 1), LeaderIn(await AskAsync(kafka, 2, Topics("orders"))));
        await kafka.Brokers[1].CutOffAsync();
        await kafka.Brokers[0].StartAsync();
        await kafka.Brokers[1].StartAsync();
        Assert.Equal((2, 1), LeaderIn(await AskAsync(kafka, 2, Topics("orders"))));
    }

    [Fact]
    public async Task A_cluster_has_the_id_and_a_broker_the_number_that_it_is_given()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.ClusterId = "test-cluster");
        FakeBroker seventh = await kafka.AddBrokerAsync(brokerId: 7);

        Assert.Equal("test-cluster", (await AskAsync(kafka, 7, Topics())).ClusterId);
        Assert.Equal(7, seventh.NodeId);
        await Assert.ThrowsAsync<ArgumentException>(() => kafka.AddBrokerAsync(brokerId: 7));
        await kafka.RemoveBrokerAsync(7);
        Assert.Equal(7, (await kafka.AddBrokerAsync(brokerId: 7)).NodeId);
        await kafka.ResetAsync();
        Assert.Equal("test-cluster", (await AskAsync(kafka, 1, Topics())).ClusterId);
    }

    [Fact]
    public async Task Brokers_are_upgraded_one_after_the_other()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 2;
            options.Versions = KafkaVersions.Kafka25;
        });
        ApiVersionsRequest request = new() { ClientSoftwareName = "test", ClientSoftwareVersion = "1" };

        kafka.Brokers[1].Versions = KafkaVersions.Kafka30;

        Assert.Equal((4, 11), RangeOf(await AskAsync(kafka, 1, request), ApiKey.Fetch));
        Assert.Equal((4, 12), RangeOf(await AskAsync(kafka, 2, request), ApiKey.Fetch));
        Assert.Same(kafka.Brokers[1].SupportedApis, kafka.Brokers[1].SupportedApis);
        await kafka.ResetAsync();
        Assert.Equal((4, 11), RangeOf(await AskAsync(kafka, 2, request), ApiKey.Fetch));
    }

    [Fact]
    public async Task Less_than_one_broker_is_refused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => FakeKafka.StartAsync(options => options.BrokerCount = 0));

    private static Task<FakeKafka> StartAsync(int brokers) =>
        FakeKafka.StartAsync(options => options.BrokerCount = brokers);

    private static async Task<string> FirstAsync(ITopic<string, string> topic)
    {
        await foreach (Record<string, string> record in topic.ReadAsync(StartAt.Earliest))
            return record.Value;
        return "";
    }

    private static (int, int) LeaderIn(MetadataResponse metadata)
    {
        MetadataResponse.MetadataResponsePartition partition = metadata.Topics.Single().Partitions.Single();
        return (partition.LeaderId, partition.LeaderEpoch);
    }

    private static (int, int)? RangeOf(ApiVersionsResponse versions, ApiKey apiKey) =>
        versions.ApiKeys.Find(api => api.ApiKey == apiKey) is { } api ? (api.MinVersion, api.MaxVersion) : null;

    private static MetadataRequest Topics(params string[] names) =>
        new() { Topics = [.. names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] };

    private static ValueTask<TResponse> AskAsync<TResponse>(FakeKafka kafka, int broker, IRequest<TResponse> request)
        where TResponse : class => kafka.Brokers.Single(each => each.NodeId == broker)
            .SendAsync(request, Client, CancellationToken.None);
}
