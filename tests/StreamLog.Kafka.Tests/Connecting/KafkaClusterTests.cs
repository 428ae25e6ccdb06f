using System.Runtime.CompilerServices;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>A cluster behind sockets, as callers of its one broker see it.</summary>
public sealed class KafkaClusterTests : ClusterTest
{
    [Fact]
    public async Task What_is_appended_is_read()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await using KafkaCluster cluster = Connect(node);
        await CreateAsync(cluster, "orders", 1);

        ProduceResponse produced = await SendAsync(cluster, Batches.Produce("orders", -1, "a", "b"));
        using FetchResponse fetched = await SendAsync(cluster, Batches.Fetch("orders", 0));

        Assert.Equal(ErrorCode.None, produced.Responses.Single().PartitionResponses.Single().ErrorCode);
        Assert.Equal(["a", "b"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task What_is_not_acknowledged_counts_as_done()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await using KafkaCluster cluster = Connect(node);
        await CreateAsync(cluster, "orders", 1);

        ProduceResponse produced = await SendAsync(cluster, Batches.Produce("orders", 0, "a"));
        using FetchResponse fetched = await SendAsync(cluster, Batches.Fetch("orders", 0, maxWaitMs: 60_000));

        Assert.Equal(ErrorCode.None, produced.Responses.Single().PartitionResponses.Single().ErrorCode);
        Assert.Equal(["a"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task A_request_for_several_leaders_goes_to_each_and_comes_back_as_one()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 3);
        Assert.Equal(3, (await LeadersAsync(kafka, "orders", 3)).Distinct().Count());

        ProduceRequest request = Produce("orders", 3);
        request.TopicData[0].PartitionData.Add(new() { Index = 7, Records = Batches.Of("nowhere") });
        ProduceResponse produced = await SendAsync(cluster, request);

        Assert.Equal(
            [(0, ErrorCode.None), (1, ErrorCode.None), (2, ErrorCode.None), (7, ErrorCode.UnknownTopicOrPartition)],
            produced.Responses.Single().PartitionResponses
                .Select(partition => (partition.Index, partition.ErrorCode)).Order());
        Assert.Equal([1, 2, 3], kafka.Requests.Of(ApiKey.Produce).Select(one => one.BrokerId).Order());
    }

    [Fact]
    public async Task A_leader_without_records_does_not_hold_up_one_that_has_some()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 3);
        FetchRequest request = Fetch("orders", [0, 0, 0]);
        Task<FetchResponse> waiting = SendAsync(cluster, request).AsTask();
        await kafka.Requests.WaitForAsync(ApiKey.Fetch, 3);

        await SendAsync(cluster, Produce("orders", 1, 1));
        using (FetchResponse first = await waiting)
            Assert.Equal(["1"], Batches.ValuesOf(first));

        // The others go on waiting: they are not asked again.
        Task<FetchResponse> second = SendAsync(cluster, Fetch("orders", [0, 1, 0])).AsTask();
        await kafka.Requests.WaitForAsync(ApiKey.Fetch, 4);
        await SendAsync(cluster, Produce("orders", 1, 2));
        using (FetchResponse more = await second)
            Assert.Equal(["2"], Batches.ValuesOf(more));
        Assert.Equal(4, kafka.Requests.Of(ApiKey.Fetch).Count);
    }

    [Fact]
    public async Task What_comes_after_a_read_was_taken_back_is_kept_for_the_next_one()
    {
        await using FakeKafka kafka = await StartAsync(1);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 2);
        using CancellationTokenSource takeBack = new();
        Task<FetchResponse> waiting =
            cluster.SendAsync(Fetch("orders", [0]), Client, takeBack.Token).AsTask();
        await kafka.Requests.WaitForAsync(ApiKey.Fetch, 1);
        await takeBack.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        // A partition that was not asked for does not wait for the one that was.
        await SendAsync(cluster, Produce("orders", 1, 1));
        using (FetchResponse other = await SendAsync(cluster, Fetch("orders", [0, 0])))
            Assert.Equal(["1"], Batches.ValuesOf(other));
        await SendAsync(cluster, Produce("orders", 1, 0));
        using (FetchResponse kept = await SendAsync(cluster, Fetch("orders", [0, 1])))
            Assert.Equal(["0"], Batches.ValuesOf(kept));
    }

    [Fact]
    public async Task All_that_a_reader_says_is_said_to_each_leader()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 3);
        FetchRequest request = Fetch("orders", [0, 0, 0], maxWaitMs: 1);
        (request.Version, request.RackId, request.IsolationLevel) = (11, "here", 1);
        request.MaxBytes = 3_000;

        using FetchResponse fetched = await SendAsync(cluster, request);

        Assert.Equal(3, kafka.Requests.Of(ApiKey.Fetch).Count);
        Assert.All(kafka.Requests.Of(ApiKey.Fetch), one =>
        {
            FetchRequest said = (FetchRequest)one.Request;
            Assert.Equal(("here", 1, 1_000), (said.RackId, said.IsolationLevel, said.MaxBytes));
            Assert.Equal((11, 1), (said.Version, said.MaxWaitMs));
        });
    }

    [Fact]
    public async Task Order_is_kept_although_the_first_has_to_be_found_out_where_to_go()
    {
        await using FakeKafka kafka = await StartAsync(2);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 1);

        // A cluster that knows nothing yet.
        await using KafkaCluster fresh = Connect(kafka);
        List<Task<ProduceResponse>> sent = [];
        for (int i = 0; i < 100; i++)
            sent.Add(SendAsync(fresh, Batches.Produce("orders", -1, $"{i}")).AsTask());
        await Task.WhenAll(sent);

        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => (long)i),
            sent.Select(task => task.Result.Responses.Single().PartitionResponses.Single().BaseOffset));
    }

    [Fact]
    public async Task Who_asks_again_finds_the_new_leader()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 1);
        await SendAsync(cluster, Batches.Produce("orders", -1, "a"));
        (int leader, _) = await kafka.GetLeaderAsync("orders", 0);
        await kafka.MoveLeaderAsync("orders", 0, (leader % 3) + 1);

        ProduceResponse refused = await SendAsync(cluster, Batches.Produce("orders", -1, "b"));
        ProduceResponse taken = await SendAsync(cluster, Batches.Produce("orders", -1, "b"));

        Assert.Equal(
            ErrorCode.NotLeaderOrFollower, refused.Responses.Single().PartitionResponses.Single().ErrorCode);
        Assert.Equal(1, taken.Responses.Single().PartitionResponses.Single().BaseOffset);
    }

    [Fact]
    public async Task Who_asks_again_finds_the_leader_after_one_that_has_gone()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 1, replicas: 3);
        await SendAsync(cluster, Batches.Produce("orders", -1, "a"));
        (int leader, _) = await kafka.GetLeaderAsync("orders", 0);
        await kafka.Brokers.Single(broker => broker.NodeId == leader).StopAsync();

        ProduceResponse taken;
        try
        {
            taken = await SendAsync(cluster, Batches.Produce("orders", -1, "b"));
        }
        catch (StreamLogException lost) when (lost.IsRetriable)
        {
            // The end of the connection was not seen yet.
            Assert.Equal(ErrorCode.NetworkException, lost.ErrorCode);
            taken = await SendAsync(cluster, Batches.Produce("orders", -1, "b"));
        }

        Assert.Equal(ErrorCode.None, taken.Responses.Single().PartitionResponses.Single().ErrorCode);
        Assert.Equal(1, taken.Responses.Single().PartitionResponses.Single().BaseOffset);
    }

    [Fact]
    public async Task Groups_are_asked_of_their_coordinators_and_listed_by_all()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 1);
        string[] groups = [.. Enumerable.Range(0, 12).Select(i => $"group-{i}")];
        foreach (string group in groups)
        {
            OffsetCommitResponse committed = await SendAsync(cluster, Commit(group, "orders", 5));
            Assert.Equal(ErrorCode.None, committed.Topics.Single().Partitions.Single().ErrorCode);
        }

        OffsetFetchResponse offsets = await SendAsync(cluster, new OffsetFetchRequest
        {
            Groups = [.. groups.Select(
                group => new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = null })],
        });
        ListGroupsResponse listed = await SendAsync(cluster, new ListGroupsRequest());

        Assert.Equal(groups.Order(), offsets.Groups.Select(group => group.GroupId).Order());
        Assert.All(offsets.Groups, group =>
            Assert.Equal(5, group.Topics.Single().Partitions.Single().CommittedOffset));
        Assert.Equal(groups.Order(), listed.Groups.Select(group => group.GroupId).Order());
        Assert.True(kafka.Requests.Of(ApiKey.OffsetCommit).Select(one => one.BrokerId).Distinct().Count() > 1);
        await kafka.MoveGroupCoordinatorAsync("group-0", (await kafka.GetGroupCoordinatorAsync("group-0") % 3) + 1);
        OffsetCommitResponse refused = await SendAsync(cluster, Commit("group-0", "orders", 6));
        OffsetCommitResponse taken = await SendAsync(cluster, Commit("group-0", "orders", 6));
        Assert.Equal(ErrorCode.NotCoordinator, refused.Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(ErrorCode.None, taken.Topics.Single().Partitions.Single().ErrorCode);
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_is_passed_by()
    {
        await using FakeKafka kafka = await StartAsync(2);
        await kafka.Brokers[0].StopAsync();
        await using KafkaCluster cluster = Connect(kafka);

        MetadataResponse metadata = await SendAsync(cluster, new MetadataRequest { Topics = null });

        Assert.Equal(2, metadata.Brokers.Single().NodeId);
    }

    [Fact]
    public async Task Nobody_at_all_is_said_so()
    {
        FakeKafka kafka = await StartAsync(2);
        string servers = kafka.BootstrapServers;
        await kafka.DisposeAsync();
        await using KafkaCluster cluster = Connect(servers);

        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await cluster.ConnectAsync(Stop));

        Assert.Equal(ErrorCode.NetworkException, exception.ErrorCode);
        Assert.Contains(servers.Split(',')[0], exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_waits_hears_of_a_connection_that_is_lost()
    {
        await using FakeKafka kafka = await StartAsync(1);
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 1);
        Fault fault = kafka.Faults.On(ApiKey.ListOffsets).Swallow();
        Task<ListOffsetsResponse> waiting = SendAsync(cluster, Offsets("orders")).AsTask();
        await fault.WaitAsync(1);

        await kafka.Brokers[0].StopAsync();
        StreamLogException lost = await Assert.ThrowsAnyAsync<StreamLogException>(() => waiting);
        Assert.Equal(ErrorCode.NetworkException, lost.ErrorCode);
        Assert.True(lost.IsOutcomeUnknown);

        fault.Lift();
        await kafka.Brokers[0].StartAsync();
        ListOffsetsResponse answer = await SendAsync(cluster, Offsets("orders"));
        Assert.Equal(ErrorCode.None, answer.Topics.Single().Partitions.Single().ErrorCode);
    }

    [Fact]
    public async Task A_question_whose_connection_is_lost_is_put_once_more()
    {
        await using FakeKafka kafka = await StartAsync(1);
        await using (KafkaCluster first = Connect(kafka))
            await CreateAsync(first, "orders", 1);
        await using KafkaCluster cluster = Connect(kafka);
        Fault fault = kafka.Faults.On(ApiKey.Metadata).Once().Disconnect();

        ListOffsetsResponse answer = await SendAsync(cluster, Offsets("orders"));

        Assert.Equal(ErrorCode.None, answer.Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(1, fault.Count);
    }

    [Fact]
    public async Task A_broker_that_takes_too_long_is_given_up()
    {
        ManualTime time = new();
        await using FakeKafka kafka = await StartAsync(1);
        await using KafkaCluster cluster = Connect(
            kafka, options => options.RequestTimeout = TimeSpan.FromSeconds(10), time);
        await CreateAsync(cluster, "orders", 1);
        Fault fault = kafka.Faults.On(ApiKey.ListOffsets).Swallow();
        Task<ListOffsetsResponse> waiting = SendAsync(cluster, Offsets("orders")).AsTask();
        await fault.WaitAsync(1);

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        StreamLogException late = await Assert.ThrowsAnyAsync<StreamLogException>(() => waiting);
        Assert.Equal(ErrorCode.NetworkException, late.ErrorCode);
    }

    [Fact]
    public async Task A_client_of_which_nobody_knows_stays_while_it_waits()
    {
        ManualTime time = new();
        await using FakeKafka kafka = await StartAsync(1);
        await using KafkaCluster cluster = Connect(kafka, time: time);
        await CreateAsync(cluster, "orders", 1);
        FaultBarrier barrier = kafka.Faults.On(ApiKey.ListOffsets).HoldAnswer();
        (Task<ListOffsetsResponse> waiting, WeakReference client) = AskAsSomebody(cluster);
        await barrier.WaitUntilEnteredAsync();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.True(client.IsAlive);
        time.Advance(TimeSpan.FromSeconds(1));
        barrier.Release();

        Assert.Equal(ErrorCode.None, (await waiting).Topics.Single().Partitions.Single().ErrorCode);
    }

    [Fact]
    public async Task Connections_that_nobody_uses_are_closed()
    {
        ManualTime time = new();
        await using FakeKafka kafka = await StartAsync(1);
        await using KafkaCluster cluster = Connect(
            kafka, options => options.IdleTimeout = TimeSpan.FromMinutes(1), time);
        await CreateAsync(cluster, "orders", 1);
        await SendAsync(cluster, Offsets("orders"));
        int before = kafka.Requests.Of(ApiKey.ApiVersions).Count;
        await SendAsync(cluster, Offsets("orders"));
        Assert.Equal(before, kafka.Requests.Of(ApiKey.ApiVersions).Count);

        time.Advance(TimeSpan.FromMinutes(2));
        await SendAsync(cluster, Offsets("orders"));
        Assert.True(kafka.Requests.Of(ApiKey.ApiVersions).Count > before);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.1")]
    [InlineData("2.5")]
    [InlineData("3.0")]
    public async Task Older_brokers_are_spoken_to_in_their_versions(string version)
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Versions = version switch
        {
            "1.1" => KafkaVersions.Kafka11,
            "2.1" => KafkaVersions.Kafka21,
            "2.5" => KafkaVersions.Kafka25,
            _ => KafkaVersions.Kafka30,
        });
        await using KafkaCluster cluster = Connect(kafka);
        await CreateAsync(cluster, "orders", 1);

        await SendAsync(cluster, Batches.Produce("orders", -1, "a"));
        using FetchResponse fetched = await SendAsync(cluster, Batches.Fetch("orders", 0));
        await SendAsync(cluster, Commit("readers", "orders", 1));
        OffsetFetchResponse offsets = await SendAsync(cluster, new OffsetFetchRequest
        {
            Groups = [new() { GroupId = "readers", Topics = null }],
            RequireStable = true,
        });

        Assert.Equal(["a"], Batches.ValuesOf(fetched));
        Assert.Equal(1, offsets.Groups.Single().Topics.Single().Partitions.Single().CommittedOffset);
        Assert.DoesNotContain(cluster.SupportedApis, api => api.ApiKey == ApiKey.ConsumerGroupHeartbeat);
        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await SendAsync(cluster, new ConsumerGroupHeartbeatRequest { GroupId = "readers" }));
        Assert.Equal(ErrorCode.UnsupportedVersion, exception.ErrorCode);
    }

    [Fact]
    public async Task After_its_end_it_says_so()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        KafkaCluster cluster = Connect(node);
        await CreateAsync(cluster, "orders", 1);
        Task<FetchResponse> waiting =
            SendAsync(cluster, Batches.Fetch("orders", 0, maxWaitMs: 60_000)).AsTask();

        await cluster.DisposeAsync();

        await Assert.ThrowsAnyAsync<StreamLogException>(() => waiting);
        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await SendAsync(cluster, new MetadataRequest()));
        Assert.Equal(ErrorCode.BrokerNotAvailable, exception.ErrorCode);
    }

    [Fact]
    public async Task Whoever_ends_it_too_waits_until_it_has_ended()
    {
        using HeldTime time = new();
        KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = "localhost:9092" }, time: time);
        Task first = Task.Run(async () => await cluster.DisposeAsync(), Stop);
        await time.WaitForDisposalAsync();

        Task second = cluster.DisposeAsync().AsTask();
        Assert.False(second.IsCompleted);
        time.Release();

        await Task.WhenAll(first, second);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("host:notaport")]
    [InlineData(":9092")]
    public void Addresses_that_are_none_are_refused(string servers)
    {
        StreamLogException exception = Assert.ThrowsAny<StreamLogException>(() => Connect(servers));

        Assert.Equal(ErrorCode.InvalidConfig, exception.ErrorCode);
        Assert.Contains("BootstrapServers", exception.Message, StringComparison.Ordinal);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Task<ListOffsetsResponse> Waiting, WeakReference Client) AskAsSomebody(KafkaCluster cluster)
    {
        RequestContext client = RequestContext.ForLocalClient("somebody");
        return (cluster.SendAsync(Offsets("orders"), client, Stop).AsTask(), new WeakReference(client));
    }

    private static async Task<int[]> LeadersAsync(FakeKafka kafka, string topic, int partitions)
    {
        int[] leaders = new int[partitions];
        for (int i = 0; i < partitions; i++)
            leaders[i] = (await kafka.GetLeaderAsync(topic, i)).BrokerId;
        return leaders;
    }

    private static OffsetCommitRequest Commit(string group, string topic, long offset) => new()
    {
        GroupId = group,
        Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = 0, CommittedOffset = offset }] }],
    };

    /// <summary>A clock whose timers hold up who disposes them.</summary>
    private sealed class HeldTime : TimeProvider, IDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task WaitForDisposalAsync() => _begun.Task;

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new HeldTimer(this);

        private sealed class HeldTimer(HeldTime owner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                owner._begun.TrySetResult();
                owner._released.Wait(TimeSpan.FromSeconds(30));
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
