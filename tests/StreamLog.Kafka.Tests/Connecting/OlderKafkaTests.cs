using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>StreamLog's own clients over sockets, against Kafkas of any age.</summary>
public sealed class OlderKafkaTests : ClusterTest
{
    public static TheoryData<string> Ages => [.. Versions.Keys];

    private static Dictionary<string, KafkaVersions> Versions { get; } = new()
    {
        ["1.1"] = KafkaVersions.Kafka11,
        ["2.1"] = KafkaVersions.Kafka21,
        ["2.5"] = KafkaVersions.Kafka25,
        ["3.0"] = KafkaVersions.Kafka30,
        ["4.2"] = KafkaVersions.All,
    };

    [Theory]
    [MemberData(nameof(Ages))]
    public async Task Records_groups_and_administration_work(string age)
    {
        await using FakeKafka kafka = await StartAsync(age);
        await using KafkaCluster cluster = Connect(kafka);
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions { Partitions = 2 };
        await using StreamLogClient log =
            await StreamLogClient.StartAsync(cluster, options, cancellationToken: Stop);

        ITopic<string, string> orders = log.Topic<string, string>("orders");
        for (int i = 0; i < 10; i++)
            await orders.AppendAsync($"customer-{i}", $"order {i}", Stop);
        await using (IGroupConsumer<string, string> group =
            log.Subscribe<string, string>("billing", Subscription.Matching("ord.*")))
        {
            HashSet<string> read = [];
            await foreach (Record<string, string> record in group.ReadAllAsync(Stop))
            {
                record.Complete();
                if (read.Add(record.Value) && read.Count == 10)
                    break;
            }
        }

        Assert.Equal(10, (await log.Admin.ListGroupOffsetsAsync("billing", Stop)).Values.Sum(at => at.Offset));
        Assert.Equal(2, (await log.Admin.DescribeTopicAsync("orders", Stop)).Partitions.Count);
        Assert.Contains("retention.ms", await log.Admin.DescribeConfigsAsync("orders", Stop));
        await log.Admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [new TopicPartition("orders", 0)] = -1 }, Stop);
        await log.Admin.DeleteTopicAsync("orders", Stop);
        Assert.Empty(await log.Admin.ListTopicsAsync(cancellationToken: Stop));
    }

    [Theory]
    [MemberData(nameof(Ages))]
    public async Task Transactions_work(string age)
    {
        await using FakeKafka kafka = await StartAsync(age);
        await using KafkaCluster cluster = Connect(kafka);
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions { Partitions = 1 };
        options.Consumer.Isolation = IsolationLevel.ReadCommitted;
        await using StreamLogClient log =
            await StreamLogClient.StartAsync(cluster, options, cancellationToken: Stop);
        TopicPartition orders = new("orders", 0);
        await using ITransactionalProducer transactions = log.CreateTransactionalProducer("a");
        IProducer<string, string> producer = transactions.CreateProducer<string, string>();
        for (int i = 0; i < 5; i++)
        {
            await using ITransaction transaction = await transactions.BeginAsync(Stop);
            await producer.AppendAsync("orders", new ProducerRecord<string, string>("k", $"{i}"), Stop);
            await transaction.SendOffsetsAsync(
                "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [orders] = new(i) }, Stop);
            if (i % 2 == 0)
                await transaction.CommitAsync(Stop);
        }

        // The marks are written behind the answer to a commit.
        List<string> read = [];
        await foreach (Record<string, string> record in
            log.Topic<string, string>("orders").ReadAsync(StartAt.Earliest, follow: true, Stop))
        {
            read.Add(record.Value);
            if (read.Count == 3)
                break;
        }

        Assert.Equal(["0", "2", "4"], read);
        while ((await log.Admin.ListGroupOffsetsAsync("g", Stop)).GetValueOrDefault(orders).Offset != 4)
            await Task.Yield();
    }

    private static Task<FakeKafka> StartAsync(string age) => FakeKafka.StartAsync(
        options =>
        {
            options.BrokerCount = 2;
            options.Versions = Versions[age];
        },
        Stop);
}
