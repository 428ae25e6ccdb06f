using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Testing;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Testing;

/// <summary>What faults do, to which requests, and how often.</summary>
public sealed class FaultTests
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    [Fact]
    public async Task An_error_strikes_once()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        Fault fault = kafka.Faults.On(ApiKey.ListGroups).Once().Fail(ErrorCode.CoordinatorNotAvailable);

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await ListAsync(kafka));
        Assert.Equal(ErrorCode.None, await ListAsync(kafka));
        Assert.Equal(1, fault.Count);
        Assert.Empty(kafka.Faults.Active);
    }

    [Fact]
    public async Task An_error_strikes_several_times_from_a_certain_call_on()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        kafka.Faults.On(ApiKey.ListGroups).OnCall(2).Times(2).Fail(ErrorCode.CoordinatorNotAvailable);

        Assert.Equal([0, 15, 15, 0], await ListManyAsync(kafka, 4));
    }

    [Fact]
    public async Task An_error_on_the_nth_call_strikes_that_alone()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        kafka.Faults.On(ApiKey.ListGroups).OnCall(3).Fail(ErrorCode.CoordinatorNotAvailable);

        Assert.Equal([0, 0, 15, 0], await ListManyAsync(kafka, 4));
    }

    [Fact]
    public async Task An_error_strikes_until_it_is_lifted()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        using (kafka.Faults.On(ApiKey.ListGroups).Fail(ErrorCode.CoordinatorNotAvailable))
            Assert.Equal([15, 15], await ListManyAsync(kafka, 2));

        Assert.Equal([0], await ListManyAsync(kafka, 1));
    }

    [Fact]
    public async Task Chance_is_the_same_with_the_same_seed()
    {
        List<int>[] runs = new List<int>[2];
        for (int run = 0; run < 2; run++)
        {
            await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Seed = 5);
            kafka.Faults.On(ApiKey.ListGroups).WithProbability(0.5).Fail(ErrorCode.CoordinatorNotAvailable);
            runs[run] = await ListManyAsync(kafka, 50);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.Contains(0, runs[0]);
        Assert.Contains(15, runs[0]);
    }

    [Fact]
    public async Task An_error_of_a_partition_falls_on_that_alone()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.DefaultPartitions = 2);
        await kafka.Brokers[0].SendAsync(Topics("orders", "bills"), Client, CancellationToken.None);
        kafka.Faults.On(ApiKey.ListOffsets).ForPartition("orders", 1).Fail(ErrorCode.OffsetNotAvailable);
        ListOffsetsRequest request = new()
        {
            Topics =
            [
                new() { Name = "orders", Partitions = [Latest(0), Latest(1)] },
                new() { Name = "bills", Partitions = [Latest(1)] },
            ],
        };

        ListOffsetsResponse response = await kafka.Brokers[0].SendAsync(request, Client, CancellationToken.None);

        Assert.Equal(
            [("bills", 1, ErrorCode.None), ("orders", 0, ErrorCode.None), ("orders", 1, ErrorCode.OffsetNotAvailable)],
            response.Topics.SelectMany(topic => topic.Partitions, (topic, partition) =>
                (topic.Name, partition.PartitionIndex, partition.ErrorCode)).Order());
    }

    [Fact]
    public async Task A_topic_that_is_named_by_its_id_is_found()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        MetadataResponse metadata =
            await kafka.Brokers[0].SendAsync(Topics("orders"), Client, CancellationToken.None);
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
        request.Topics[0].Topic = "";
        request.Topics[0].TopicId = metadata.Topics.Single().TopicId;
        kafka.Faults.On(ApiKey.Fetch).ForTopic("orders").Fail(ErrorCode.KafkaStorageError);

        using FetchResponse response = await kafka.Brokers[0].SendAsync(request, Client, CancellationToken.None);

        Assert.Equal(ErrorCode.KafkaStorageError, BrokerHarness.Single(response).ErrorCode);
    }

    [Fact]
    public async Task An_error_of_a_topic_stands_in_its_place_where_a_client_asks_for_all()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Listens = false);
        await kafka.Log.Admin.CreateTopicAsync("orders", 2);
        await kafka.Log.Admin.CreateTopicAsync("bills", 1);
        Fault absent = kafka.Faults.On(ApiKey.Metadata).ForTopic("absent").Fail(ErrorCode.InvalidTopic);
        foreach (ErrorCode error in new[] { ErrorCode.LeaderNotAvailable, ErrorCode.InvalidTopic })
            kafka.Faults.On(ApiKey.Metadata).ForTopic("orders").Once().Fail(error);
        MetadataRequest all = new() { Topics = null };

        List<(ErrorCode, int, ErrorCode)> told = [];
        for (int i = 0; i < 3; i++)
        {
            MetadataResponse response = await kafka.Brokers[0].SendAsync(all, Client, CancellationToken.None);
            MetadataResponse.MetadataResponseTopic orders = response.Topics.Single(topic => topic.Name == "orders");
            ErrorCode other = response.Topics.Single(topic => topic.Name == "bills").ErrorCode;
            told.Add((orders.ErrorCode, orders.Partitions.Count, other));
        }

        Assert.Equal(
            [
                (ErrorCode.LeaderNotAvailable, 0, ErrorCode.None),
                (ErrorCode.InvalidTopic, 0, ErrorCode.None),
                (ErrorCode.None, 2, ErrorCode.None),
            ],
            told);
        Assert.Equal(0, absent.Count);
    }

    [Fact]
    public async Task A_fault_is_for_one_group_one_client_one_broker_or_whatever_is_true()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 2);
        kafka.Faults.On(ApiKey.DescribeGroups).ForGroup("a").Fail(ErrorCode.GroupAuthorizationFailed);
        kafka.Faults.On(ApiKey.ListGroups).ForClient("other").Fail(ErrorCode.CoordinatorNotAvailable);
        kafka.Faults.On(ApiKey.ListTransactions).ForBroker(2).Fail(ErrorCode.CoordinatorNotAvailable);
        kafka.Faults.On(ApiKey.InitProducerId).ForTransactionalId("tx").Fail(ErrorCode.NotCoordinator);
        kafka.Faults.On().Where(request => request is DescribeConfigsRequest { IncludeSynonyms: true })
            .Throttle(TimeSpan.FromSeconds(2));

        FakeBroker groups = kafka.Brokers[await kafka.GetGroupCoordinatorAsync("a") - 1];
        DescribeGroupsResponse described = await groups.SendAsync(
            new DescribeGroupsRequest { Groups = ["a"] }, Client, CancellationToken.None);
        Assert.Equal(ErrorCode.GroupAuthorizationFailed, described.Groups.Single().ErrorCode);
        Assert.Equal(ErrorCode.None, await ListAsync(kafka));
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await ListAsync(kafka, "other"));
        for (int broker = 0; broker < 2; broker++)
        {
            ListTransactionsResponse listed = await kafka.Brokers[broker].SendAsync(
                new ListTransactionsRequest(), Client, CancellationToken.None);
            Assert.Equal(broker == 1, listed.ErrorCode == ErrorCode.CoordinatorNotAvailable);
        }

        InitProducerIdResponse idempotent = await kafka.Brokers[0].SendAsync(
            new InitProducerIdRequest { TransactionalId = null }, Client, CancellationToken.None);
        Assert.Equal(ErrorCode.None, idempotent.ErrorCode);
        DescribeConfigsResponse configs = await kafka.Brokers[0].SendAsync(
            new DescribeConfigsRequest { IncludeSynonyms = true }, Client, CancellationToken.None);
        Assert.Equal(2000, configs.ThrottleTimeMs);
    }

    [Fact]
    public async Task A_delay_goes_by_the_tests_clock_and_ends_when_it_is_lifted()
    {
        SimulatedTime time = new();
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Time = time);
        Fault fault = kafka.Faults.On(ApiKey.ListGroups).Delay(TimeSpan.FromMinutes(1));
        Task<ErrorCode> first = ListAsync(kafka);
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCode.None, await first);

        Task<ErrorCode> second = ListAsync(kafka);
        Assert.False(second.IsCompleted);
        fault.Lift();
        Assert.Equal(ErrorCode.None, await second);
    }

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(false, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(true, true, 1)]
    public async Task A_connection_that_ends_leaves_the_request_done_or_not(bool isSwallowed, bool isAfter, int records)
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await kafka.Brokers[0].SendAsync(Topics("orders"), Client, CancellationToken.None);
        FaultScope scope = kafka.Faults.On(ApiKey.Produce).Once();
        Fault fault = (isSwallowed, isAfter) switch
        {
            (false, false) => scope.Disconnect(),
            (false, true) => scope.DisconnectAfter(),
            (true, false) => scope.Swallow(),
            (true, true) => scope.SwallowAnswer(),
        };
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));

        Task<ProduceResponse> sending =
            kafka.Brokers[0].SendAsync(request, Client, CancellationToken.None).AsTask();
        await fault.WaitAsync();
        if (isSwallowed)
        {
            Assert.False(sending.IsCompleted);
            fault.Lift();
        }

        StreamLogException thrown = await Assert.ThrowsAsync<StreamLogException>(() => sending);
        Assert.Equal(ErrorCode.NetworkException, thrown.ErrorCode);
        using FetchResponse fetched = await kafka.Brokers[0].SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0), Client, CancellationToken.None);
        Assert.Equal(records, BrokerHarness.Decode(BrokerHarness.Single(fetched).Records!).Count);
    }

    [Fact]
    public async Task A_request_that_is_swallowed_ends_when_its_sender_gives_up()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        kafka.Faults.On(ApiKey.ListGroups).Swallow();
        using CancellationTokenSource patience = new();

        Task<ListGroupsResponse> sending =
            kafka.Brokers[0].SendAsync(new ListGroupsRequest(), Client, patience.Token).AsTask();
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Answers_are_made_up_and_changed()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        kafka.Faults.On(ApiKey.ListGroups).Once().Answer<ListGroupsRequest, ListGroupsResponse>(
            _ => new ListGroupsResponse { Groups = [new() { GroupId = "ghost" }] });
        kafka.Faults.On(ApiKey.Metadata).Change<MetadataResponse>(response => response.ControllerId = 42);

        ListGroupsResponse listed = await kafka.Brokers[0].SendAsync(
            new ListGroupsRequest(), Client, CancellationToken.None);
        MetadataResponse metadata = await kafka.Brokers[0].SendAsync(Topics(), Client, CancellationToken.None);

        Assert.Equal("ghost", listed.Groups.Single().GroupId);
        Assert.Equal(42, metadata.ControllerId);
    }

    [Fact]
    public async Task An_answer_that_is_not_made_up_is_the_brokers()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        kafka.Faults.On(ApiKey.DescribeConfigs).Answer<DescribeConfigsRequest, DescribeConfigsResponse>(
            request => request.IncludeSynonyms ? new DescribeConfigsResponse { ThrottleTimeMs = 7 } : null);

        int[] times = new int[2];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = (await kafka.Brokers[0].SendAsync(
                new DescribeConfigsRequest { IncludeSynonyms = i == 1 }, Client, CancellationToken.None))
                .ThrottleTimeMs;
        }

        Assert.Equal([0, 7], times);
    }

    [Fact]
    public async Task A_fault_is_for_whoever_sends_it()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        kafka.Faults.On(ApiKey.ListGroups)
            .Where((_, sender) => sender.ClientId!.StartsWith("billing-", StringComparison.Ordinal))
            .Fail(ErrorCode.CoordinatorNotAvailable);

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await ListAsync(kafka, "billing-1"));
        Assert.Equal(ErrorCode.None, await ListAsync(kafka, "orders-1"));
    }

    [Fact]
    public async Task An_answer_is_held_when_the_request_is_done()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await kafka.Brokers[0].SendAsync(Topics("orders"), Client, CancellationToken.None);
        FaultBarrier barrier = kafka.Faults.On(ApiKey.Produce).HoldAnswer();
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));

        Task<ProduceResponse> sending =
            kafka.Brokers[0].SendAsync(request, Client, CancellationToken.None).AsTask();
        await barrier.WaitUntilEnteredAsync();

        Assert.False(sending.IsCompleted);
        Assert.Equal(1, kafka.Log.Topics.Single().Partitions.Single().LogEndOffset);
        barrier.Release();
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await sending).ErrorCode);
    }

    [Fact]
    public async Task An_answer_is_delayed_by_the_tests_clock()
    {
        SimulatedTime time = new();
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Time = time);
        bool isDone = false;
        kafka.Faults.On(ApiKey.ListGroups).DelayAnswer(TimeSpan.FromMinutes(1));
        kafka.Faults.On(ApiKey.ListGroups).Change<ListGroupsResponse>(_ => isDone = true);

        Task<ErrorCode> listing = ListAsync(kafka);

        Assert.True(isDone);
        Assert.False(listing.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCode.None, await listing);
    }

    [Fact]
    public async Task A_barrier_tells_when_requests_have_come_and_lets_them_go()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        FaultBarrier barrier = kafka.Faults.On(ApiKey.ListGroups).Hold();
        Task<ErrorCode>[] sending = [ListAsync(kafka), ListAsync(kafka), ListAsync(kafka)];
        await barrier.WaitUntilEnteredAsync(3);
        Assert.All(sending, task => Assert.False(task.IsCompleted));

        Assert.True(barrier.ReleaseOne());
        await sending[0];
        Assert.False(sending[1].IsCompleted);
        barrier.Release();
        await Task.WhenAll(sending);

        Assert.Equal(ErrorCode.None, await ListAsync(kafka));
        Assert.False(barrier.ReleaseOne());
    }

    [Fact]
    public async Task Faults_strike_one_after_the_other_up_to_the_one_that_answers()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        FaultBarrier barrier = kafka.Faults.On(ApiKey.ListGroups).Hold();
        Fault first = kafka.Faults.On(ApiKey.ListGroups).Once().Fail(ErrorCode.CoordinatorNotAvailable);
        Fault second = kafka.Faults.On(ApiKey.ListGroups).Once().Fail(ErrorCode.UnknownServerError);
        Task<ErrorCode> sending = ListAsync(kafka);
        await barrier.WaitUntilEnteredAsync();
        Assert.Equal((0, 0), (first.Count, second.Count));
        barrier.Release();

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await sending);
        Assert.Equal((1, 0), (first.Count, second.Count));
        Assert.Equal(ErrorCode.UnknownServerError, await ListAsync(kafka));
    }

    [Fact]
    public async Task A_producer_of_the_package_gets_over_an_error_that_passes()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        Fault fault = kafka.Faults.On(ApiKey.Produce).ForTopic("orders").Times(2).Fail(ErrorCode.NotLeaderOrFollower);

        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "v");

        Assert.Equal(2, fault.Count);
    }

    [Fact]
    public async Task Faults_of_several_brokers_strike_clients_of_the_package_too()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 2);
        Fault fault = kafka.Faults.On(ApiKey.Produce).Once().Fail(ErrorCode.NotLeaderOrFollower);

        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "v");

        Assert.Equal(1, fault.Count);
    }

    [Fact]
    public async Task Who_waits_for_a_fault_in_vain_is_told_how_often_it_struck()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        Fault fault = kafka.Faults.On(ApiKey.ListGroups).Delay(TimeSpan.Zero);
        await ListAsync(kafka);

        TimeoutException thrown =
            await Assert.ThrowsAsync<TimeoutException>(() => fault.WaitAsync(2, TimeSpan.FromMilliseconds(1)));
        Assert.Equal("The fault struck 1 times, and 2 were awaited.", thrown.Message);
    }

    private static async Task<ErrorCode> ListAsync(FakeKafka kafka, string clientId = "client") =>
        (await kafka.Brokers[0].SendAsync(
            new ListGroupsRequest(), new RequestContext { ClientId = clientId }, CancellationToken.None)).ErrorCode;

    private static async Task<List<int>> ListManyAsync(FakeKafka kafka, int count)
    {
        List<int> errors = [];
        for (int i = 0; i < count; i++)
            errors.Add((int)await ListAsync(kafka));
        return errors;
    }

    private static ListOffsetsRequest.ListOffsetsPartition Latest(int partition) =>
        new() { PartitionIndex = partition, Timestamp = -1 };

    private static MetadataRequest Topics(params string[] names) =>
        new() { Topics = [.. names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] };
}
