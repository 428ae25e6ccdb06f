using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>A test moves the clock of the brokers, and a client that nobody here wrote sees what follows.</summary>
public sealed class RealClientTimeTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_members_session_expires_and_it_joins_anew()
    {
        await using FakeKafka kafka = await StartAsync();
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "a");
        (int assigned, int lost) = (0, 0);
        using RealConsumer consumer = RealClient.Consumer(
            kafka,
            "billing",
            builder => builder
                .SetPartitionsAssignedHandler((_, _) => { assigned++; })
                .SetPartitionsLostHandler((_, _) => { lost++; }),
            ("session.timeout.ms", "45000"));
        consumer.Subscribe("orders");
        await consumer.PollUntilAsync(() => assigned == 1);

        _time.Advance(TimeSpan.FromSeconds(46));
        await consumer.PollUntilAsync(() => assigned == 2);

        Assert.Equal(1, lost);
        consumer.Close();
    }

    [Fact]
    public async Task Retention_deletes_what_is_old_and_a_consumer_goes_on_behind_it()
    {
        await using FakeKafka kafka = await StartAsync();
        await CreateAsync(kafka, "orders", new()
        {
            ["retention.ms"] = "3600000",
            ["message.timestamp.type"] = "LogAppendTime",
        });
        using RealProducer producer = RealClient.Producer(kafka);
        await producer.SendAsync("orders", "old");

        _time.Advance(TimeSpan.FromHours(2));
        await kafka.Log.Maintenance.ApplyRetentionAsync();
        await producer.SendAsync("orders", "new");

        using RealConsumer consumer = RealClient.Consumer(kafka, "billing", configure: null);
        WatermarkOffsets offsets =
            consumer.QueryWatermarkOffsets(new Confluent.Kafka.TopicPartition("orders", 0), RealClient.Patience);
        Assert.Equal((1, 2), (offsets.Low.Value, offsets.High.Value));
        consumer.Assign(new TopicPartitionOffset("orders", 0, 0));
        Assert.Equal(["new"], await consumer.ReadAsync(1));
    }

    [Fact]
    public async Task A_transaction_times_out_and_is_aborted()
    {
        await using FakeKafka kafka = await StartAsync();
        using RealProducer slow = RealClient.Producer(
            kafka, ("transactional.id", "slow"), ("transaction.timeout.ms", "30000"));
        slow.InitTransactions(RealClient.Patience);
        slow.BeginTransaction();
        await slow.SendAsync("orders", "never");
        using RealProducer other = RealClient.Producer(kafka);
        await other.SendAsync("orders", "a");
        using RealConsumer consumer =
            RealClient.Subscribed(kafka, "orders", ("isolation.level", "read_committed"));
        Task<List<string>> reading = consumer.ReadAsync(1);

        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(["a"], await reading);
        KafkaException thrown = Assert.ThrowsAny<KafkaException>(() => slow.CommitTransaction(RealClient.Patience));
        Assert.True(
            thrown.Error.Code is RealError.InvalidProducerEpoch or RealError.ProducerFenced or RealError.Local_Fenced,
            $"{thrown.Error}");
    }

    [Fact]
    public async Task Offsets_that_nobody_uses_expire()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.Time = _time;
            options.Node = node => node.OffsetsRetention = TimeSpan.FromDays(1);
        });
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "a");
        using (RealConsumer before = RealClient.Consumer(kafka, "billing", configure: null))
        {
            before.Subscribe("orders");
            await before.ReadAsync(1);
            before.Commit();
            before.Close();
        }

        Assert.Single(await kafka.Log.Admin.ListGroupOffsetsAsync("billing"));
        _time.Advance(TimeSpan.FromDays(2));

        using RealConsumer after = RealClient.Consumer(kafka, "billing", configure: null);
        after.Subscribe("orders");
        Assert.Equal(["a"], await after.ReadAsync(1));
        after.Close();
    }

    private Task<FakeKafka> StartAsync() => FakeKafka.StartAsync(options => options.Time = _time);

    private static async Task CreateAsync(FakeKafka kafka, string topic, Dictionary<string, string> configs)
    {
        using IAdminClient admin = new AdminClientBuilder(RealClient.Settings(kafka)).Build();
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1, Configs = configs }]);
    }
}
