using StreamLog.Kafka.Tests.Clients;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>Clients that nobody here wrote take a fake for the older Kafka that it stands for.</summary>
public sealed class RealClientVersionTests
{
    public static TheoryData<string> Presets =>
    [
        nameof(KafkaVersions.Kafka11), nameof(KafkaVersions.Kafka21), nameof(KafkaVersions.Kafka25),
        nameof(KafkaVersions.Kafka30),
    ];

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Librdkafka_works_in_groups_and_transactions(string preset)
    {
        await using FakeKafka kafka = await StartAsync(preset);
        using RealProducer producer = RealClient.Producer(kafka, ("transactional.id", "tx"));
        producer.InitTransactions(RealClient.Patience);
        using RealConsumer consumer =
            RealClient.Subscribed(kafka, "orders", ("isolation.level", "read_committed"));
        foreach ((string value, Action end) in new (string, Action)[]
        {
            ("a", producer.CommitTransaction), ("b", producer.AbortTransaction), ("c", producer.CommitTransaction),
        })
        {
            producer.BeginTransaction();
            await producer.SendAsync("orders", value);
            end();
        }

        Assert.Equal(["a", "c"], await consumer.ReadAsync(2));
        consumer.Commit();
        consumer.Close();
        Assert.Single(await kafka.Log.Admin.ListGroupOffsetsAsync("reads-orders"));
    }

    [Theory]
    [InlineData("kafka_python.py", nameof(KafkaVersions.Kafka11))]
    [InlineData("kafkajs.mjs", nameof(KafkaVersions.Kafka11))]
    [InlineData("kafkajs.mjs", nameof(KafkaVersions.Kafka30))]
    [InlineData("platformatic.mjs", nameof(KafkaVersions.Kafka30))]
    public async Task Other_clients_produce_and_consume(string client, string preset)
    {
        await using FakeKafka kafka = await StartAsync(preset);

        await ClientProgram.RunAsync(client, kafka.BootstrapServers, "secured");
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Kcat_produces_and_consumes(string preset)
    {
        await using FakeKafka kafka = await StartAsync(preset);
        string broker = kafka.BootstrapServers;

        string lines = $"{new string('a', 200)}\n{new string('b', 200)}\n";

        await ClientProgram.KcatAsync(lines, "-b", broker, "-P", "-t", "orders", "-z", "gzip");

        Assert.Equal(lines, await ClientProgram.KcatAsync(null, "-b", broker, "-C", "-t", "orders", "-e", "-q"));
        Assert.All(
            await LoggedBatch.ReadAsync(kafka.Brokers[0], "orders"),
            batch => Assert.Equal(CompressionType.Gzip, batch.Codec));
    }

    [Fact]
    public async Task A_cluster_is_upgraded_under_a_client()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 3;
            options.Versions = KafkaVersions.Kafka11;
        });
        using RealProducer producer = RealClient.Producer(kafka);
        await producer.SendAsync("orders", "0");
        foreach (FakeBroker broker in kafka.Brokers)
        {
            await broker.StopAsync();
            broker.Versions = KafkaVersions.Kafka30;
            await broker.StartAsync();
            await producer.SendAsync("orders", $"{broker.NodeId}");
        }

        using RealConsumer consumer = RealClient.Subscribed(kafka, "orders");
        Assert.Equal(["0", "1", "2", "3"], await consumer.ReadAsync(4));
        consumer.Close();
    }

    private static Task<FakeKafka> StartAsync(string preset) => FakeKafka.StartAsync(options =>
        options.Versions = (KafkaVersions)typeof(KafkaVersions).GetProperty(preset)!.GetValue(null)!);
}
