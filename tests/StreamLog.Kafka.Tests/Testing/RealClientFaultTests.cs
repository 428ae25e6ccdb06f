using Confluent.Kafka;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>Faults, barriers and the record of requests, with a client that nobody here wrote.</summary>
public sealed class RealClientFaultTests
{
    private const string Topic = "orders";

    [Fact]
    public async Task An_error_strikes_the_second_record_alone()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        using RealProducer producer = RealClient.Producer(kafka, ("enable.idempotence", "false"));
        kafka.Faults.On(ApiKey.Produce).ForTopic(Topic).OnCall(2).Fail(ErrorCode.MessageTooLarge);

        await producer.SendAsync(Topic, "a");
        ProduceException<string, string> thrown =
            await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.SendAsync(Topic, "b"));
        await producer.SendAsync(Topic, "c");

        Assert.Equal(RealError.MsgSizeTooLarge, thrown.Error.Code);
        Assert.Equal(["a", "c"], await ReadAsync(kafka, 2));
    }

    [Fact]
    public async Task Errors_that_pass_strike_by_chance_and_all_is_written_once()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        using RealProducer producer = RealClient.Producer(kafka);
        Fault refused =
            kafka.Faults.On(ApiKey.Produce).WithProbability(0.3).Fail(ErrorCode.NotEnoughReplicasAfterAppend);
        Fault lost = kafka.Faults.On(ApiKey.Produce).WithProbability(0.2).DisconnectAfter();

        for (int i = 0; i < 30; i++)
            await producer.SendAsync(Topic, $"{i}");

        Assert.True(refused.Count > 0 && lost.Count > 0);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}"), await ReadAsync(kafka, 30));
    }

    [Fact]
    public async Task A_barrier_holds_a_record_before_it_is_written_or_its_acknowledgement()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        using RealProducer producer = RealClient.Producer(kafka);
        await producer.SendAsync(Topic, "a");

        using (FaultBarrier before = kafka.Faults.On(ApiKey.Produce).Hold())
        {
            Task held = producer.SendAsync(Topic, "b");
            await before.WaitUntilEnteredAsync();
            Assert.Equal((false, 1), (held.IsCompleted, EndOf(kafka)));
            before.Release();
            await held;
        }

        using (FaultBarrier after = kafka.Faults.On(ApiKey.Produce).HoldAnswer())
        {
            Task held = producer.SendAsync(Topic, "c");
            await after.WaitUntilEnteredAsync();
            Assert.Equal((false, 3), (held.IsCompleted, EndOf(kafka)));
            after.Release();
            await held;
        }
    }

    [Fact]
    public async Task A_commit_is_refused_once()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "a");
        using RealConsumer consumer = RealClient.Subscribed(kafka, Topic);
        await consumer.ReadAsync(1);
        Fault fault = kafka.Faults.On(ApiKey.OffsetCommit).ForGroup("reads-orders").Once()
            .Fail(ErrorCode.OffsetMetadataTooLarge);

        KafkaException thrown = Assert.ThrowsAny<KafkaException>(() => consumer.Commit());
        consumer.Commit();

        Assert.Equal(RealError.OffsetMetadataTooLarge, thrown.Error.Code);
        Assert.Equal(1, fault.Count);
        Assert.Equal(1, (await kafka.Log.Admin.ListGroupOffsetsAsync("reads-orders"))[new(Topic, 0)].Offset);
        consumer.Close();
    }

    [Fact]
    public async Task A_member_that_is_forgotten_joins_anew_and_one_that_is_fenced_as_static_ends()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "a");
        int assigned = 0;
        using RealConsumer consumer = RealClient.Consumer(
            kafka,
            "billing",
            builder => builder.SetPartitionsAssignedHandler((_, _) => { assigned++; }),
            ("group.instance.id", "one"));
        consumer.Subscribe(Topic);
        await consumer.PollUntilAsync(() => assigned == 1);

        kafka.Faults.On(ApiKey.Heartbeat).ForGroup("billing").Once().Fail(ErrorCode.UnknownMemberId);
        await consumer.PollUntilAsync(() => assigned == 2);

        kafka.Faults.On(ApiKey.Heartbeat).ForGroup("billing").Fail(ErrorCode.FencedInstanceId);
        ConsumeException fatal =
            await Assert.ThrowsAsync<ConsumeException>(() => consumer.PollUntilAsync(() => false));
        Assert.True(fatal.Error.IsFatal);
    }

    [Fact]
    public async Task What_a_client_asks_is_recorded()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "a");
        await kafka.MoveLeaderAsync(Topic, 0, 2);
        await kafka.MoveGroupCoordinatorAsync("reads-orders", 3);
        kafka.Requests.Clear();

        using RealConsumer consumer = RealClient.Subscribed(kafka, Topic);
        await consumer.ReadAsync(1);
        consumer.Commit();
        consumer.Close();

        RecordedRequest commit = (await kafka.Requests.WaitForAsync(ApiKey.OffsetCommit))[0];
        await kafka.Requests.WaitForAsync(ApiKey.LeaveGroup);
        Assert.Equal((3, "real"), (commit.BrokerId, commit.ClientId));
        Assert.Equal("confluent-kafka-dotnet", commit.Context.Session.ClientSoftwareName);
        Assert.Equal(
            1, ((OffsetCommitRequest)commit.Request).Topics.Single().Partitions.Single().CommittedOffset);
        Assert.All(
            kafka.Requests.All.Where(request => request.ApiKey is ApiKey.JoinGroup or ApiKey.SyncGroup),
            request => Assert.Equal(3, request.BrokerId));
        Assert.All(kafka.Requests.Of(ApiKey.Fetch), request => Assert.Equal(2, request.BrokerId));
        Assert.Empty(kafka.Requests.Of(ApiKey.Produce));
    }

    [Fact]
    public async Task A_broker_that_swallows_all_is_given_up_for_another()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 2);
        using RealProducer producer = RealClient.Producer(
            kafka, ("socket.timeout.ms", "200"), ("request.timeout.ms", "200"));
        await producer.SendAsync(Topic, "a");

        using (Fault hole = kafka.Faults.On().ForBroker(1).Swallow())
        {
            Task sending = producer.SendAsync(Topic, "b");
            await hole.WaitAsync();
            await kafka.MoveLeaderAsync(Topic, 0, 2);
            await sending;
        }

        Assert.Equal(["a", "b"], await ReadAsync(kafka, 2));
    }

    [Fact]
    public async Task A_quota_is_told_and_answers_are_made_up()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "a");
        kafka.Faults.On(ApiKey.ListGroups).Once().Answer<ListGroupsRequest, ListGroupsResponse>(
            _ => new ListGroupsResponse { Groups = [new() { GroupId = "ghost", ProtocolType = "consumer" }] });
        kafka.Faults.On(ApiKey.DescribeGroups).Answer<DescribeGroupsRequest, DescribeGroupsResponse>(
            request => new DescribeGroupsResponse
            {
                Groups = [.. request.Groups.Select(group => new DescribeGroupsResponse.DescribedGroup
                {
                    GroupId = group, GroupState = "Stable", ProtocolType = "consumer",
                })],
            });
        using IAdminClient admin = new AdminClientBuilder(RealClient.Settings(kafka)).Build();

        Assert.Equal("ghost", admin.ListGroups(RealClient.Patience).Single().Group);
    }

    private static long EndOf(FakeKafka kafka) => kafka.Log.Topics.Single().Partitions.Single().LogEndOffset;

    private static async Task<List<string>> ReadAsync(FakeKafka kafka, int count)
    {
        Assert.Equal(count, kafka.Log.Topics.Single(topic => topic.Name == Topic).Partitions.Single().HighWatermark);
        using RealConsumer consumer = RealClient.Subscribed(kafka, Topic);
        List<string> values = await consumer.ReadAsync(count);
        consumer.Close();
        return values;
    }
}
