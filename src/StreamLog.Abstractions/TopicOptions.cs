using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How one topic is set up. What is not set is the node's, so these settings extend the global ones.</summary>
public sealed class TopicOptions
{
    /// <summary>Gets or sets the number of partitions.</summary>
    /// <value>The default is the node's <see cref="StreamLogOptions.DefaultPartitions"/>.</value>
    [Range(1, 100_000)]
    public int? Partitions { get; set; }

    /// <summary>Gets or sets what an acknowledgement promises on this topic.</summary>
    /// <value>The default is the node's <see cref="StreamLogOptions.Durability"/>.</value>
    public Durability? Durability { get; set; }

    /// <summary>Gets or sets what becomes of old records. Kafka calls it <c>cleanup.policy</c>.</summary>
    /// <value>The default is the node's, which is <see cref="CleanupPolicy.Delete"/> unless its settings say
    /// otherwise.</value>
    public CleanupPolicy? Cleanup { get; set; }

    /// <summary>Gets or sets how long records are kept. <see cref="Timeout.InfiniteTimeSpan"/>, which configuration
    /// writes <c>-00:00:00.001</c>, is for ever. Kafka calls it <c>retention.ms</c>.</summary>
    /// <value>The default is the node's.</value>
    public TimeSpan? Retention { get; set; }

    /// <summary>Gets or sets how large a partition may become before its oldest segments go; -1 is without bounds.
    /// Kafka calls it <c>retention.bytes</c>.</summary>
    /// <value>The default is the node's.</value>
    [Range(-1, long.MaxValue)]
    public long? RetentionBytes { get; set; }

    /// <summary>Gets or sets the size at which a segment is closed and the next one begun. Kafka calls it
    /// <c>segment.bytes</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.SegmentBytes"/>.</value>
    [Range(14, int.MaxValue)]
    public int? SegmentBytes { get; set; }

    /// <summary>Gets or sets the age at which a segment is closed and the next one begun. Kafka calls it
    /// <c>segment.ms</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.SegmentAge"/>.</value>
    public TimeSpan? SegmentAge { get; set; }

    /// <summary>Gets or sets the largest record batch that is taken, as it is stored. Kafka calls it
    /// <c>max.message.bytes</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.MaxMessageBytes"/>.</value>
    [Range(0, int.MaxValue)]
    public int? MaxMessageBytes { get; set; }

    /// <summary>Gets or sets the codec that batches are stored with. Kafka calls it <c>compression.type</c>.</summary>
    /// <value>The default is the node's, which stores batches as they were produced.</value>
    public CompressionType? Compression { get; set; }

    /// <summary>Gets or sets whose clock stamps the records. Kafka calls it <c>message.timestamp.type</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.TimestampType"/>.</value>
    public TimestampType? TimestampType { get; set; }

    /// <summary>Gets further settings by Kafka's names, such as <c>min.compaction.lag.ms</c>. They hold before the
    /// properties above.</summary>
    public IDictionary<string, string> Configs { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
