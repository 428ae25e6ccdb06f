using StreamLog.Protocol;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Queues of a cluster.</summary>
public sealed class SharedQueueTests
{
    private const int Partitions = 6;
    private const int Records = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_record_is_handed_out_and_what_is_said_of_it_holds(int brokers)
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = brokers);
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await using StreamLogClient log = await StartAsync(cluster);
        ITopic<string, string> topic = log.Topic<string, string>("jobs");
        await AppendAsync(topic, 0);

        List<string> taken = [];
        await using (IShareConsumer<string, string> consumer = topic.ConsumeShared("workers"))
        {
            await TakeAsync(consumer, taken, Records);
            await AppendAsync(topic, Records);
            await TakeAsync(consumer, taken, 2 * Records);
        }

        Assert.Equal(
            Enumerable.Range(0, 2 * Records).Select(i => $"{i}").Order(StringComparer.Ordinal),
            taken.Distinct().Order(StringComparer.Ordinal));
        await using IShareConsumer<string, string> next = topic.ConsumeShared("workers");
        await topic.AppendAsync("last", "last", TestContext.Current.CancellationToken);
        List<string> left = [];
        await TakeAsync(next, left, int.MaxValue, until: "last");
        Assert.Contains("last", left);
    }

    [Fact]
    public async Task Records_of_partitions_whose_leaders_move_are_handed_out_and_accepted()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await using StreamLogClient log = await StartAsync(cluster);
        ITopic<string, string> topic = log.Topic<string, string>("jobs");
        List<string> taken = [];
        await using IShareConsumer<string, string> consumer = topic.ConsumeShared("workers");
        for (int round = 0; round < 4; round++)
        {
            await AppendAsync(topic, round * Records);
            await TakeAsync(consumer, taken, (round + 1) * Records);
            await kafka.RotateLeadersAsync();
        }

        Assert.Equal(
            Enumerable.Range(0, 4 * Records).Select(i => $"{i}").Order(StringComparer.Ordinal),
            taken.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Records_that_come_while_a_read_is_given_up_are_not_locked_away()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await using StreamLogClient log = await StartAsync(cluster);
        ITopic<string, string> topic = log.Topic<string, string>("jobs");
        await using IShareConsumer<string, string> consumer =
            topic.ConsumeShared("workers", options => options.Acknowledge = AcknowledgeMode.Explicit);
        await topic.AppendAsync("first", "first", TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<SharedRecord<string, string>> records =
            consumer.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.True(await records.MoveNextAsync());
        SharedRecord<string, string> first = records.Current;

        // One broker holds up a read for which the others have records already.
        await AppendAsync(topic, 0);
        using FaultBarrier barrier = kafka.Faults.On(ApiKey.ShareFetch).ForBroker(kafka.Brokers[2].NodeId).Hold();
        ValueTask<bool> next = records.MoveNextAsync();
        await barrier.WaitUntilEnteredAsync();
        consumer.Accept(first);
        Task committed = consumer.CommitAsync(TestContext.Current.CancellationToken).AsTask();
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
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await using StreamLogClient log = await StartAsync(cluster);
        ITopic<string, string> topic = log.Topic<string, string>("jobs");
        await using IShareConsumer<string, string> consumer =
            topic.ConsumeShared("workers", options => options.Acknowledge = AcknowledgeMode.Explicit);
        Fault fault = kafka.Faults.On(apiKey).ForBroker(kafka.Brokers[1].NodeId).OnCall(2)
            .FailRequest(ErrorCode.ShareSessionNotFound);
        HashSet<string> taken = [];
        await using IAsyncEnumerator<SharedRecord<string, string>> records =
            consumer.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        for (int round = 0; fault.Count == 0; round++)
        {
            await AppendAsync(topic, round * Records);
            while (taken.Count < (round + 1) * Records)
            {
                Assert.True(await records.MoveNextAsync());
                Assert.Equal(1, records.Current.DeliveryCount);
                Assert.True(taken.Add(records.Current.Value));
                consumer.Accept(records.Current);
            }

            await consumer.CommitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_broker_that_goes_leaves_its_partitions_to_others()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await using StreamLogClient log = await StartAsync(cluster);
        ITopic<string, string> topic = log.Topic<string, string>("jobs");
        List<string> taken = [];
        await using IShareConsumer<string, string> consumer = topic.ConsumeShared("workers");
        await AppendAsync(topic, 0);
        await TakeAsync(consumer, taken, Records);

        await kafka.Brokers[1].StopAsync();
        await AppendAsync(topic, Records);
        await TakeAsync(consumer, taken, 2 * Records);

        Assert.Equal(
            Enumerable.Range(0, 2 * Records).Select(i => $"{i}").Order(StringComparer.Ordinal),
            taken.Distinct().Order(StringComparer.Ordinal));
    }

    private static async Task TakeAsync(
        IShareConsumer<string, string> consumer, List<string> taken, int count, string? until = null)
    {
        await foreach (SharedRecord<string, string> record in
            consumer.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            taken.Add(record.Value);
            if (taken.Distinct().Count() >= count || record.Value == until)
                break;
        }

        await consumer.CommitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task AppendAsync(ITopic<string, string> topic, int first)
    {
        for (int i = first; i < first + Records; i++)
            await topic.AppendAsync($"{i}", $"{i}", TestContext.Current.CancellationToken);
    }

    private static ValueTask<StreamLogClient> StartAsync(KafkaCluster cluster)
    {
        StreamLogOptions options = new();
        options.Topics["jobs"] = new TopicOptions { Partitions = Partitions };
        return StreamLogClient.StartAsync(cluster, options);
    }
}
