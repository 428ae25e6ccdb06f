using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Testing;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Testing;

/// <summary>Fetch sessions with the brokers of a fake Kafka.</summary>
public sealed class FakeKafkaSessionTests
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    [Fact]
    public async Task What_a_fault_refuses_stays_in_the_session()
    {
        await using FakeKafka kafka = await StartAsync();
        await ProduceAsync(kafka, "orders");
        Fault fault = kafka.Faults.On(ApiKey.Fetch).ForTopic("orders").Fail(ErrorCode.KafkaStorageError);
        using FetchResponse opened = await FetchAsync(kafka, 1, new() { SessionEpoch = 0, Topics = [Of("orders")] });
        using FetchResponse refused = await FetchAsync(kafka, 1, Next(opened, 1));

        fault.Lift();
        using FetchResponse read = await FetchAsync(kafka, 1, Next(opened, 2));

        Assert.NotEqual(0, opened.SessionId);
        Assert.Equal(
            [ErrorCode.KafkaStorageError, ErrorCode.KafkaStorageError, ErrorCode.None],
            new[] { opened, refused, read }.Select(response => BrokerHarness.Single(response).ErrorCode));
        Assert.Equal("a", BrokerHarness.Decode(BrokerHarness.Single(read).Records!).Single().Value);
        Assert.Equal(3, kafka.Requests.Of(ApiKey.Fetch).Count(fetch => fetch.Targets[0].Name == "orders"));
    }

    [Fact]
    public async Task A_session_follows_leaders_that_move()
    {
        await using FakeKafka kafka = await StartAsync();
        await ProduceAsync(kafka, "orders");
        await kafka.MoveLeaderAsync("orders", 0, 1);
        using FetchResponse opened = await FetchAsync(kafka, 1, new() { SessionEpoch = 0, Topics = [Of("orders")] });
        await kafka.MoveLeaderAsync("orders", 0, 2);
        using FetchResponse moved = await FetchAsync(kafka, 1, Next(opened, 1));
        await kafka.MoveLeaderAsync("orders", 0, 1);
        using FetchResponse back = await FetchAsync(kafka, 1, Next(opened, 2));

        Assert.Equal(
            [ErrorCode.None, ErrorCode.NotLeaderOrFollower, ErrorCode.None],
            new[] { opened, moved, back }.Select(response => BrokerHarness.Single(response).ErrorCode));
    }

    [Fact]
    public async Task Sessions_are_a_brokers_own_and_end_with_it()
    {
        await using FakeKafka kafka = await StartAsync();
        await ProduceAsync(kafka, "orders");
        using FetchResponse opened = await FetchAsync(kafka, 1, new() { SessionEpoch = 0, Topics = [Of("orders")] });

        using FetchResponse elsewhere = await FetchAsync(kafka, 2, Next(opened, 1));
        await kafka.Brokers[0].StopAsync();
        await kafka.Brokers[0].StartAsync();
        using FetchResponse after = await FetchAsync(kafka, 1, Next(opened, 1));

        Assert.Equal(
            (ErrorCode.FetchSessionIdNotFound, ErrorCode.FetchSessionIdNotFound),
            (elsewhere.ErrorCode, after.ErrorCode));
    }

    [Fact]
    public async Task A_queue_tells_what_became_of_acknowledgements_when_the_clients_time_is_over()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.Listens = false;
            options.Time = new SimulatedTime();
        });
        await kafka.Log.Admin.CreateTopicAsync("jobs", 1);
        Guid jobs = kafka.Log.Topics.Single(topic => topic.Name == "jobs").TopicId;
        await SendAsync(kafka, new ShareGroupHeartbeatRequest
        {
            GroupId = "workers",
            MemberId = "m",
            SubscribedTopicNames = ["jobs"],
        });
        using ShareFetchResponse opened = await ShareFetchAsync(kafka, jobs, epoch: 0);
        await ProduceAsync(kafka, "jobs");
        using ShareFetchResponse read = await ShareFetchAsync(kafka, jobs, epoch: 1);
        Assert.Single(read.Responses.Single().Partitions.Single().AcquiredRecords);

        using ShareFetchResponse done = await ShareFetchAsync(kafka, jobs, epoch: 2, says: 0);
        using ShareFetchResponse wrong = await ShareFetchAsync(kafka, jobs, epoch: 3, says: 0);

        Assert.Equal(
            [(ErrorCode.None, ErrorCode.None), (ErrorCode.None, ErrorCode.InvalidRecordState)],
            new[] { done, wrong }.Select(response => (
                response.ErrorCode, response.Responses.Single().Partitions.Single().AcknowledgeErrorCode)));
    }

    private static ValueTask<ShareFetchResponse> ShareFetchAsync(
        FakeKafka kafka, Guid topicId, int epoch, long? says = null) => SendAsync(kafka, new ShareFetchRequest
        {
            GroupId = "workers",
            MemberId = "m",
            ShareSessionEpoch = epoch,
            MaxWaitMs = 20,
            MaxRecords = 10,
            Topics =
            [
                new()
                {
                    TopicId = topicId,
                    Partitions =
                    [
                        new()
                        {
                            AcknowledgementBatches = says is { } offset
                                ? [new() { FirstOffset = offset, LastOffset = offset, AcknowledgeTypes = [1] }]
                                : [],
                        },
                    ],
                },
            ],
        });

    // As from a socket, whose client goes by the system's clock.
    private static ValueTask<TResponse> SendAsync<TResponse>(FakeKafka kafka, IRequest<TResponse> request)
        where TResponse : class => kafka.Brokers[0].SendAsync(
            request,
            new RequestContext { ClientId = "client", ListenerName = "PLAINTEXT" },
            CancellationToken.None);

    private static Task<FakeKafka> StartAsync() => FakeKafka.StartAsync(options =>
    {
        options.BrokerCount = 2;
        options.Listens = false;
    });

    private static Task ProduceAsync(FakeKafka kafka, string topic) =>
        kafka.Log.Topic<string, string>(topic).AppendAsync("k", "a").AsTask();

    private static FetchRequest.FetchTopic Of(string topic) =>
        new() { Topic = topic, Partitions = [new() { PartitionMaxBytes = 1000 }] };

    private static FetchRequest Next(FetchResponse opened, int epoch) =>
        new() { SessionId = opened.SessionId, SessionEpoch = epoch };

    private static async Task<FetchResponse> FetchAsync(FakeKafka kafka, int broker, FetchRequest request)
    {
        request.MaxBytes = int.MaxValue;
        return await kafka.Brokers[broker - 1].SendAsync(request, Client, CancellationToken.None);
    }
}
