using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace StreamLog.Tests.Diagnostics;

/// <summary>What a node counts is what happened, by OpenTelemetry's names.</summary>
public sealed class MetricsTests : IDisposable
{
    private static readonly (string, object) Orders = ("messaging.destination.name", "orders");

    private readonly Meters _meters = new();
    private readonly RecordedMetrics _metrics;

    public MetricsTests() => _metrics = new RecordedMetrics(meter => ReferenceEquals(meter, _meters.Made));

    public void Dispose()
    {
        _metrics.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task What_producers_send_is_counted_by_topic_and_partition()
    {
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders", partitions: 2);
        ITopic<string, string> orders = log.Topic<string, string>("orders");

        await orders.AppendAsync(new ProducerRecord<string, string>("a", "b") { Partition = 1 });
        await orders.AppendAsync(new ProducerRecord<string, string>("a", "c") { Partition = 1 });
        await orders.AppendAsync(new ProducerRecord<string, string>("a", "d") { Partition = 0 });

        Assert.Equal(2, Sum("messaging.client.sent.messages", Orders, ("messaging.destination.partition.id", "1")));
        Assert.Equal(1, Sum("messaging.client.sent.messages", Orders, ("messaging.destination.partition.id", "0")));
        RecordedMetrics.Measured sent = _metrics.Of("messaging.client.operation.duration", Orders)[0];
        Assert.InRange(sent.Value, 0, 60);
        Assert.Equal("streamlog", sent.Tags["messaging.system"]);
        Assert.Equal("send", sent.Tags["messaging.operation.name"]);
        Assert.Equal("send", sent.Tags["messaging.operation.type"]);
        Assert.DoesNotContain("error.type", sent.Tags.Keys);
    }

    [Fact]
    public async Task What_was_given_up_is_counted_with_its_error()
    {
        await using StreamLogNode log = await StartAsync(options => options.MemoryLimit = 4 * 1024 * 1024);
        await log.Admin.CreateTopicAsync("orders");
        ITopic<string, byte[]> orders = log.Topic<string, byte[]>("orders");

        await Assert.ThrowsAsync<StreamLogException>(async () =>
        {
            for (int i = 0; i < 100; i++)
                await orders.AppendAsync("a", new byte[100_000]);
        });

        Assert.Equal(1, Sum("messaging.client.sent.messages", Orders, ("error.type", "StorageFull")));
    }

    [Fact]
    public async Task What_a_group_reads_is_counted_and_how_long_it_took_for_it()
    {
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders");
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        for (int i = 0; i < 3; i++)
            await orders.AppendAsync("a", $"{i}");

        await using (IGroupConsumer<string, string> billing = orders.Consume("billing"))
        {
            int count = 0;
            await foreach (Record<string, string> record in billing.ReadAllAsync())
            {
                record.Complete();
                if (++count == 3)
                    break;
            }

            await billing.CommitAsync();
        }

        (string, object) group = ("messaging.consumer.group.name", "billing");
        Assert.Equal(3, Sum("messaging.client.consumed.messages", Orders, group));
        Assert.Equal(3, _metrics.Of("messaging.process.duration", Orders, group).Length);
        Assert.NotEmpty(_metrics.Of(
            "messaging.client.operation.duration", Orders, group, ("messaging.operation.name", "receive")));
        Assert.NotEmpty(_metrics.Of(
            "messaging.client.operation.duration", Orders, group, ("messaging.operation.type", "settle")));
    }

    [Fact]
    public async Task Leased_records_are_counted_too()
    {
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders");
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        await orders.AppendAsync(
            [.. Enumerable.Range(0, 5).Select(i => new ProducerRecord<string, string>("a", $"{i}"))]);

        await using (IConsumer<string, string> consumer = log.CreateConsumer<string, string>())
        {
            await consumer.AssignAsync([new TopicPartition("orders", 0)], StartAt.Offset(2));
            await foreach (RecordLease lease in consumer.ReadLeasesAsync())
            {
                bool isLast = lease.NextOffset == 5;
                lease.Dispose();
                if (isLast)
                    break;
            }
        }

        Assert.Equal(3, Sum("messaging.client.consumed.messages", Orders));
    }

    [Fact]
    public async Task The_log_counts_appends_flushes_reads_and_requests()
    {
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders");
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        await orders.AppendAsync("a", "b");
        await foreach (Record<string, string> record in orders.ReadAsync(StartAt.Earliest))
            Assert.Equal("b", record.Value);

        (string, object) topic = ("topic", "orders");
        Assert.Equal(1, Sum("streamlog.append.records", topic));
        Assert.InRange(Sum("streamlog.append.size", topic), 60, 100);
        Assert.NotEmpty(_metrics.Of("streamlog.flush.duration"));
        Assert.InRange(Sum("streamlog.read.bytes", ("streamlog.source", "memory")), 60, 100_000);
        Assert.NotEmpty(_metrics.Of("streamlog.request.duration", ("streamlog.api", "Produce")));
        Assert.NotEmpty(_metrics.Of("streamlog.request.duration", ("streamlog.api", "CreateTopics")));
    }

    [Fact]
    public async Task Segments_deleted_on_request_are_counted_beside_those_that_are_too_old()
    {
        await using StreamLogNode log = await StartAsync(options => options.Log.SegmentBytes = 100);
        await log.Admin.CreateTopicAsync("orders");
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        for (int i = 0; i < 4; i++)
            await orders.AppendAsync("a", "b");

        await log.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [new("orders", 0)] = 2 });

        (string, object)[] tags = [("topic", "orders"), ("streamlog.reason", "request")];
        Assert.Equal(2, Sum("streamlog.retention.segments", tags));
        Assert.InRange(Sum("streamlog.retention.bytes", tags), 120, 200);
    }

    [Fact]
    public async Task A_node_with_a_name_has_it_on_its_meter()
    {
        await using StreamLogNode log = await StartAsync(nodeName: "audit");

        Assert.Equal([new KeyValuePair<string, object?>("streamlog.node.name", "audit")], _meters.Made!.Tags);
        Assert.Equal(StreamLogTelemetry.Version, _meters.Made.Version);
    }

    private double Sum(string instrument, params (string Name, object Value)[] tags) => _metrics.Sum(instrument, tags);

    private ValueTask<StreamLogNode> StartAsync(Action<StreamLogOptions>? configure = null, string nodeName = "")
    {
        StreamLogOptions options = new() { InMemory = true };
        configure?.Invoke(options);
        NodeHost host = new() { NodeName = nodeName, Loggers = NullLoggerFactory.Instance, Meters = _meters };
        return StreamLogNode.StartAsync(options, host, environment: null, CancellationToken.None);
    }

    /// <summary>Makes one meter, so that a test knows its own.</summary>
    private sealed class Meters : IMeterFactory
    {
        private Meter? _made;

        public Meter? Made => Volatile.Read(ref _made);

        public Meter Create(MeterOptions options)
        {
            Meter made = new(options);
            Volatile.Write(ref _made, made);
            return made;
        }

        public void Dispose() => _made?.Dispose();
    }
}
