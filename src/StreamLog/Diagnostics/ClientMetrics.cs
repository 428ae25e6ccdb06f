using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>What producers and consumers count with, by OpenTelemetry's names for messaging.</summary>
/// <remarks>
/// Owned by its node's <see cref="StreamLogMetrics"/>. Thread-safe. Everything is noted for a batch and nothing for a
/// record, so that listening costs little where much is sent.
/// </remarks>
internal sealed class ClientMetrics
{
    private readonly Counter<long> _sent;
    private readonly Counter<long> _consumed;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _processing;
    private readonly Counter<long> _rebalances;
    private readonly Histogram<double> _rebalanceDuration;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meter">The node's meter.</param>
    public ClientMetrics(Meter meter)
    {
        _sent = meter.CreateCounter<long>(
            "messaging.client.sent.messages", "{message}", "Records that producers have sent, or given up.");
        _consumed = meter.CreateCounter<long>(
            "messaging.client.consumed.messages", "{message}", "Records that consumers have handed out.");
        _duration = meter.CreateHistogram(
            "messaging.client.operation.duration", "s",
            "How long a client's operation took: sending a batch, fetching, committing.", tags: null,
            Buckets.Seconds);
        _processing = meter.CreateHistogram(
            "messaging.process.duration", "s",
            "How long a group took for a record, from handing it out until it was completed.", tags: null,
            Buckets.Seconds);
        _rebalances = meter.CreateCounter<long>(
            "streamlog.consumer.rebalances", "{rebalance}",
            "How often a member of a group got or gave up partitions ('moved'), or lost them ('lost').");
        _rebalanceDuration = meter.CreateHistogram(
            "streamlog.consumer.rebalance.duration", "s",
            "How long a member of a group took from hearing of its partitions until it had given up others and read "
            + "from all.", tags: null, Buckets.Seconds);
    }

    /// <summary>Gets whether anybody wants to know of what is sent.</summary>
    public bool CountsSent => _sent.Enabled || _duration.Enabled;

    /// <summary>Gets whether anybody wants to know of what is consumed.</summary>
    public bool CountsConsumed => _consumed.Enabled;

    /// <summary>Gets whether anybody wants to know how long operations take.</summary>
    public bool MeasuresOperations => _duration.Enabled;

    /// <summary>Gets whether anybody wants to know how long groups take for records.</summary>
    public bool MeasuresProcessing => _processing.Enabled;

    /// <summary>Notes that a batch was acknowledged, or given up.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="records">How many records.</param>
    /// <param name="duration">How long it took since the batch was opened.</param>
    /// <param name="errorType">Why it was given up, or <see langword="null"/>.</param>
    public void Sent(TopicPartition partition, long records, TimeSpan duration, string? errorType)
    {
        TagList tags = TagsOf("send", "send", partition.Topic, errorType);
        tags.Add(MetricTags.DestinationPartition, PartitionIds.Of(partition.Partition));
        _sent.Add(records, tags);
        _duration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Notes that records were handed out.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="group">The group, or <see langword="null"/> where nobody commits.</param>
    /// <param name="records">How many.</param>
    public void Consumed(TopicPartition partition, string? group, long records)
    {
        TagList tags = TagsOf("receive", "receive", partition.Topic, errorType: null);
        tags.Add(MetricTags.DestinationPartition, PartitionIds.Of(partition.Partition));
        if (group is not null)
            tags.Add(MetricTags.ConsumerGroup, group);
        _consumed.Add(records, tags);
    }

    /// <summary>Notes that a consumer fetched.</summary>
    /// <param name="topic">The topic, or <see langword="null"/> where it was about several.</param>
    /// <param name="group">The group, or <see langword="null"/> where nobody commits.</param>
    /// <param name="duration">How long it took. Waiting for records to come belongs to it.</param>
    /// <param name="errorType">Why it failed, or <see langword="null"/>.</param>
    public void Fetched(string? topic, string? group, TimeSpan duration, string? errorType) =>
        Done("receive", "receive", topic, group, duration, errorType);

    /// <summary>Notes that a group's offsets were committed.</summary>
    /// <param name="topic">The topic, or <see langword="null"/> where it was about several.</param>
    /// <param name="group">The group.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="errorType">Why it failed, or <see langword="null"/>.</param>
    public void Committed(string? topic, string group, TimeSpan duration, string? errorType) =>
        Done("commit", "settle", topic, group, duration, errorType);

    /// <summary>Notes that a record of a group was completed.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="group">The group.</param>
    /// <param name="duration">How long it took since the record was handed out.</param>
    public void Processed(TopicPartition partition, string group, TimeSpan duration)
    {
        TagList tags = TagsOf("process", "process", partition.Topic, errorType: null);
        tags.Add(MetricTags.DestinationPartition, PartitionIds.Of(partition.Partition));
        tags.Add(MetricTags.ConsumerGroup, group);
        _processing.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Notes that a member of a group has arrived at partitions that it was given.</summary>
    /// <param name="group">The group.</param>
    /// <param name="duration">How long it took since it heard of them.</param>
    public void Rebalanced(string group, TimeSpan duration)
    {
        _rebalances.Add(1, RebalanceTags(group, "moved"));
        _rebalanceDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(MetricTags.Group, group));
    }

    /// <summary>Notes that a member of a group has lost its partitions.</summary>
    /// <param name="group">The group.</param>
    public void LostPartitions(string group) => _rebalances.Add(1, RebalanceTags(group, "lost"));

    private static TagList RebalanceTags(string group, string reason) => new()
    {
        { MetricTags.Group, group },
        { MetricTags.Reason, reason },
    };

    private void Done(
        string operation, string type, string? topic, string? group, TimeSpan duration, string? errorType)
    {
        TagList tags = TagsOf(operation, type, topic, errorType);
        if (group is not null)
            tags.Add(MetricTags.ConsumerGroup, group);
        _duration.Record(duration.TotalSeconds, tags);
    }

    private static TagList TagsOf(string operation, string type, string? topic, string? errorType)
    {
        TagList tags = new()
        {
            { MetricTags.System, MetricTags.SystemName },
            { MetricTags.OperationName, operation },
            { MetricTags.OperationType, type },
        };
        if (topic is not null)
            tags.Add(MetricTags.Destination, topic);
        if (errorType is not null)
            tags.Add(MetricTags.ErrorType, errorType);
        return tags;
    }
}
