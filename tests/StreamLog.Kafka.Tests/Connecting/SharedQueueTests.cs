using StreamLog.Protocol;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Queues of a cluster.</summary>
public sealed class SharedQueueTests : ClusterTest
{
    private const int Partitions = 6;
    private const int Records = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_record_is_handed_out_and_what_is_said_of_it_holds(int brokers)
    {
        await using Queue queue = await Queue.StartAsync(brokers);
        await queue.AppendAsync(0);

        List<string> taken = [];
        await using (IShareConsumer<string, string> consumer = queue.Topic.ConsumeShared("workers"))
        {
            await TakeAsync(consumer, taken, Records);
            await queue.AppendAsync(Records);
            await TakeAsync(consumer, taken, 2 * Records);
        }

        AssertAll(2 * Records, taken);
        await using IShareConsumer<string, string> next = queue.Topic.ConsumeShared("workers");
        await queue.Topic.AppendAsync("last", "last", Stop);
        List<string> left = [];
        await TakeAsync(next, left, int.MaxValue, until: "last");
        Assert.Contains("last", left);
    }

    [Fact]
    public async Task Records_of_partitions_whose_leaders_move_are_handed_out_and_accepted()
    {
        await using Queue queue = await Queue.StartAsync(3);
        List<string> taken = [];
        await using IShareConsumer<string, string> consumer = queue.Topic.ConsumeShared("workers");
        for (int round = 0; round < 4; round++)
        {
            await queue.AppendAsync(round * Records);
            await TakeAsync(consumer, taken, (round + 1) * Records);
            await queue.Kafka.RotateLeadersAsync();
        }

        AssertAll(4 * Records, taken);
    }

    [Fact]
    public async Task Records_that_come_while_a_read_is_given_up_are_not_locked_away()
    {
        await using Queue queue = await Queue.StartAsync(3);
        await using IShareConsumer<string, string> consumer =
            queue.Topic.ConsumeShared("workers", options => options.Acknowledge = AcknowledgeMode.Explicit);
        await queue.Topic.AppendAsync("first", "first", Stop);
        await using IAsyncEnumerator<SharedRecord<string, string>> records =
            consumer.ReadAllAsync(Stop).GetAsyncEnumerator();
        Assert.True(await records.MoveNextAsync());
        SharedRecord<string, string> first = records.Current;

        // One broker holds up a read for which the others have records already.
        await queue.AppendAsync(0);
        using FaultBarrier barrier =
            queue.Kafka.Faults.On(ApiKey.ShareFetch).ForBroker(queue.Kafka.Brokers[2].NodeId).Hold();
        ValueTask<bool> next = records.MoveNextAsync();
        await barrier.WaitUntilEnteredAsync();
        consumer.Accept(first);
        Task committed = consumer.CommitAsync(Stop).AsTask();
        barrier.Release();
        await committed;

        for (int i = 0; i < Records; i++)
        {
            Assert.True(await next);
            Assert.Equal(1, records.Current.DeliveryCount);
            consumer.Accept(records.Current);
            if (i < Records - 1)
                next = records.MoveNextAsync();
        }
    }

    [Theory]
    [InlineData(ApiKey.ShareFetch)]
    [InlineData(ApiKey.ShareAcknowledge)]
    public async Task A_broker_that_forgets_a_session_costs_no_record_and_no_word(ApiKey apiKey)
    {
        await using Queue queue = await Queue.StartAsync(3);
        await using IShareConsumer<string, string> consumer =
            queue.Topic.ConsumeShared("workers", options => options.Acknowledge = AcknowledgeMode.Explicit);
        Fault fault = queue.Kafka.Faults.On(apiKey).ForBroker(queue.Kafka.Brokers[1].NodeId).OnCall(2)
            .FailRequest(ErrorCode.ShareSessionNotFound);
        HashSet<string> taken = [];
        await using IAsyncEnumerator<SharedRecord<string, string>> records =
            consumer.ReadAllAsync(Stop).GetAsyncEnumerator();
        for (int round = 0; fault.Count == 0; round++)
        {
            await queue.AppendAsync(round * Records);
            while (taken.Count < (round + 1) * Records)
            {
                Assert.True(await records.MoveNextAsync());
                Assert.Equal(1, records.Current.DeliveryCount);
                Assert.True(taken.Add(records.Current.Value));
                consumer.Accept(records.Current);
            }

            await consumer.CommitAsync(Stop);
        }
    }

    [Fact]
    public async Task A_broker_that_goes_leaves_its_partitions_to_others()
    {
        await using Queue queue = await Queue.StartAsync(3);
        List<string> taken = [];
        await using IShareConsumer<string, string> consumer = queue.Topic.ConsumeShared("workers");
        await queue.AppendAsync(0);
        await TakeAsync(consumer, taken, Records);

        await queue.Kafka.Brokers[1].StopAsync();
        await queue.AppendAsync(Records);
        await TakeAsync(consumer, taken, 2 * Records);

        AssertAll(2 * Records, taken);
    }

    private static async Task TakeAsync(
        IShareConsumer<string, string> consumer, List<string> taken, int count, string? until = null)
    {
        await foreach (SharedRecord<string, string> record in consumer.ReadAllAsync(Stop))
        {
            taken.Add(record.Value);
            if (taken.Distinct().Count() >= count || record.Value == until)
                break;
        }

        await consumer.CommitAsync(Stop);
    }

    private static void AssertAll(int count, List<string> taken) => Assert.Equal(
        Enumerable.Range(0, count).Select(i => $"{i}").Order(StringComparer.Ordinal),
        taken.Distinct().Order(StringComparer.Ordinal));

    /// <summary>A cluster, and a topic of it that is read as a queue.</summary>
    private sealed class Queue : IAsyncDisposable
    {
        private readonly KafkaCluster _cluster;
        private readonly StreamLogClient _log;

        private Queue(FakeKafka kafka, KafkaCluster cluster, StreamLogClient log)
        {
            Kafka = kafka;
            _cluster = cluster;
            _log = log;
            Topic = log.Topic<string, string>("jobs");
        }

        public FakeKafka Kafka { get; }

        public ITopic<string, string> Topic { get; }

        public static async Task<Queue> StartAsync(int brokers)
        {
            FakeKafka kafka = await ClusterTest.StartAsync(brokers);
            KafkaCluster cluster = Connect(kafka);
            StreamLogOptions options = new();
            options.Topics["jobs"] = new TopicOptions { Partitions = Partitions };
            return new Queue(kafka, cluster, await StreamLogClient.StartAsync(cluster, options));
        }

        public async Task AppendAsync(int first)
        {
            for (int i = first; i < first + Records; i++)
                await Topic.AppendAsync($"{i}", $"{i}", Stop);
        }

        public async ValueTask DisposeAsync()
        {
            await _log.DisposeAsync();
            await _cluster.DisposeAsync();
            await Kafka.DisposeAsync();
        }
    }
}
