using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace StreamLog.Tests.Diagnostics;

/// <summary>Who asks for the state of the log gets it, by the collector's names for Kafka.</summary>
public sealed class StateGaugesTests : IMeterFactory
{
    private Meter? _made;

    public Meter Create(MeterOptions options) => _made = new Meter(options);

    public void Dispose() => _made?.Dispose();

    [Fact]
    public async Task Topics_partitions_and_groups_are_told_as_the_collector_tells_them()
    {
        using RecordedMetrics metrics = new(meter => ReferenceEquals(meter, _made));
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders", partitions: 2);
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        for (int i = 0; i < 5; i++)
            await orders.AppendAsync(new ProducerRecord<string, string>("a", $"{i}") { Partition = 1 });
        TopicPartition one = new("orders", 1);
        await log.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [one] = 2 });
        await log.Admin.AlterGroupOffsetsAsync("billing", new Dictionary<TopicPartition, OffsetAndMetadata>
        {
            [one] = new OffsetAndMetadata(3),
            [new TopicPartition("orders", 0)] = new OffsetAndMetadata(0),
        });

        metrics.Observe();

        (string, object) topic = ("topic", "orders");
        (string, object) partition = ("partition", 1L);
        (string, object) group = ("group", "billing");
        Assert.Equal(1, metrics.One("kafka.brokers"));
        Assert.Equal(2, metrics.One("kafka.topic.partitions"));
        Assert.Equal(5, metrics.One("kafka.partition.current_offset", topic, partition));
        Assert.Equal(2, metrics.One("kafka.partition.oldest_offset", topic, partition));
        Assert.Equal(1, metrics.One("kafka.partition.replicas", topic, partition));
        Assert.Equal(1, metrics.One("kafka.partition.replicas_in_sync", topic, partition));
        Assert.Equal(3, metrics.One("kafka.consumer_group.offset", group, topic, partition));
        Assert.Equal(2, metrics.One("kafka.consumer_group.lag", group, topic, partition));
        Assert.Equal(0, metrics.One("kafka.consumer_group.lag", group, topic, ("partition", 0L)));
        Assert.Equal(3, metrics.One("kafka.consumer_group.offset_sum", group, topic));
        Assert.Equal(2, metrics.One("kafka.consumer_group.lag_sum", group, topic));
        Assert.InRange(metrics.One("streamlog.partition.size", topic, partition), 5 * 60, 1000);
        Assert.Equal(1, metrics.One("streamlog.partition.segments", topic, partition));
        Assert.Equal(0, metrics.One("streamlog.partition.offline", topic, partition));
        Assert.InRange(metrics.One("streamlog.disk.available"), 1, 256 * 1024 * 1024);
        Assert.Equal(0, metrics.One("streamlog.request.waiting"));
    }

    [Fact]
    public async Task A_node_that_has_stopped_tells_nothing()
    {
        using RecordedMetrics metrics = new(meter => ReferenceEquals(meter, _made));
        StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders");
        metrics.Observe();
        Assert.NotEmpty(metrics.Of("kafka.topic.partitions"));

        await log.DisposeAsync();
        metrics.Observe();

        Assert.Empty(metrics.Of("kafka.topic.partitions"));
        Assert.Empty(metrics.Of("streamlog.disk.available"));
    }

    private ValueTask<StreamLogNode> StartAsync() => StreamLogNode.StartAsync(
        new StreamLogOptions { InMemory = true },
        new NodeHost { Loggers = NullLoggerFactory.Instance, Meters = this },
        environment: null,
        CancellationToken.None);
}
