using System.Diagnostics.Metrics;
using StreamLog.Diagnostics;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Broker;

/// <summary>Tells the state of the log to whoever collects metrics, by the names that OpenTelemetry's collector gives
/// to Kafka's, so that dashboards made for these fit.</summary>
/// <remarks>
/// Owned by the broker. It keeps nothing: it looks when it is asked, on the collector's thread. As the collector does,
/// it leaves out the topics that are there for the log itself.
/// </remarks>
internal sealed class StateGauges
{
    private readonly BrokerParts _parts;
    private volatile bool _isStopped;

    /// <summary>Creates the instruments.</summary>
    /// <param name="parts">The broker's parts.</param>
    public StateGauges(BrokerParts parts)
    {
        _parts = parts;
        Meter meter = parts.Metrics.Meter;
        CreateTopics(meter);
        CreateGroups(meter);
        meter.CreateObservableGauge(
            "streamlog.disk.available", () => One(_parts.Directory.AvailableBytes), "By",
            "Bytes that may still be written to the data directory's disk.");
        meter.CreateObservableUpDownCounter(
            "streamlog.request.waiting", () => One(_parts.WaitingRoom.Count), "{request}",
            "Requests that wait for records, or for the disk.");
    }

    /// <summary>Tells nothing any more: what it looked at is being closed.</summary>
    public void Stop() => _isStopped = true;

    private void CreateTopics(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "kafka.brokers", () => One(_parts.Metadata.Image.Brokers.Count), "{broker}", "Nodes of the cluster.");
        meter.CreateObservableUpDownCounter(
            "kafka.topic.partitions", CountPartitions, "{partition}", "Partitions of a topic.");
        meter.CreateObservableGauge(
            "kafka.partition.current_offset", () => Online(static log => log.HighWatermark), "1",
            "The offset that the next record to be committed will have.");
        meter.CreateObservableGauge(
            "kafka.partition.oldest_offset", () => Online(static log => log.Log.LogStartOffset), "1",
            "The first offset that can be read.");
        meter.CreateObservableUpDownCounter(
            "kafka.partition.replicas", () => All(static (image, _) => image.Replicas.Length), "{replica}",
            "Nodes that keep a copy of a partition.");
        meter.CreateObservableUpDownCounter(
            "kafka.partition.replicas_in_sync", () => All(static (image, _) => image.InSyncReplicas.Length),
            "{replica}", "Nodes whose copies of a partition count.");
        meter.CreateObservableUpDownCounter(
            "streamlog.partition.size", () => Online(static log => log.Log.SizeInBytes), "By",
            "Bytes of all segments of a partition.");
        meter.CreateObservableUpDownCounter(
            "streamlog.partition.segments", () => Online(static log => log.Log.State.Segments.Length), "{segment}",
            "Segments of a partition.");
        meter.CreateObservableUpDownCounter(
            "streamlog.partition.offline",
            () => All(static (_, log) => log is { Failure: null } ? 0 : 1), "{partition}",
            "1 for a partition that can be neither read nor written, else 0.");
    }

    private void CreateGroups(Meter meter)
    {
        meter.CreateObservableGauge(
            "kafka.consumer_group.offset", () => Lags(static lag => lag.Offset), "1",
            "The offset that a group has committed.");
        meter.CreateObservableGauge(
            "kafka.consumer_group.lag", () => Lags(static lag => lag.Lag), "1",
            "How many records of a partition a group has not committed yet.");
        meter.CreateObservableGauge(
            "kafka.consumer_group.offset_sum", () => Sums(static lag => lag.Offset), "1",
            "The sum of the offsets that a group has committed in a topic.");
        meter.CreateObservableGauge(
            "kafka.consumer_group.lag_sum", () => Sums(static lag => lag.Lag), "1",
            "How many records of a topic a group has not committed yet.");
    }

    private IEnumerable<Measurement<long>> One(long value) => _isStopped ? [] : [new Measurement<long>(value)];

    private IEnumerable<LocalTopic> Topics() =>
        _isStopped ? [] : _parts.Partitions.Current.Topics.Where(static topic => !topic.Image.IsInternal);

    private IEnumerable<Measurement<long>> CountPartitions() => Topics().Select(static topic =>
        new Measurement<long>(topic.Partitions.Length, TagOf(MetricTags.Topic, topic.Name)));

    private IEnumerable<Measurement<long>> Online(Func<ReplicatedPartition, long> value)
    {
        foreach (LocalTopic topic in Topics())
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                if (topic.Partitions[i] is { Failure: null } log)
                    yield return Of(topic.Name, i, value(log));
            }
        }
    }

    private IEnumerable<Measurement<long>> All(Func<PartitionImage, ReplicatedPartition?, long> value)
    {
        foreach (LocalTopic topic in Topics())
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
                yield return Of(topic.Name, i, value(topic.Image.Partitions[i], topic.Partitions[i]));
        }
    }

    private IEnumerable<Measurement<long>> Lags(Func<GroupLag, long> value)
    {
        foreach (GroupLag lag in FindLags())
        {
            yield return new Measurement<long>(
                value(lag),
                TagOf(MetricTags.Group, lag.Group),
                TagOf(MetricTags.Topic, lag.Partition.Topic),
                TagOf(MetricTags.Partition, (long)lag.Partition.Partition));
        }
    }

    private IEnumerable<Measurement<long>> Sums(Func<GroupLag, long> value) => FindLags()
        .GroupBy(static lag => (lag.Group, lag.Partition.Topic))
        .Select(sum => new Measurement<long>(
            sum.Sum(value), TagOf(MetricTags.Group, sum.Key.Group), TagOf(MetricTags.Topic, sum.Key.Topic)));

    private IEnumerable<GroupLag> FindLags() =>
        _isStopped ? [] : GroupLag.FindAll(_parts).Where(static lag => lag.Lag >= 0);

    private static Measurement<long> Of(string topic, int partition, long value) => new(
        value, TagOf(MetricTags.Topic, topic), TagOf(MetricTags.Partition, (long)partition));

    private static KeyValuePair<string, object?> TagOf(string name, object value) => new(name, value);
}
