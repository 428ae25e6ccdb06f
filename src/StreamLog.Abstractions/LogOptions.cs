using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How partitions' logs are kept, where a topic does not say.</summary>
/// <remarks>The same settings exist for each topic, under Kafka's names, as the topic's configuration.</remarks>
public sealed class LogOptions
{
    /// <summary>Gets or sets the size at which a segment is closed and the next one begun. Kafka calls it
    /// <c>segment.bytes</c>.</summary>
    /// <value>
    /// The default is 128 MiB. Kafka's is 1 GiB; a segment is the unit of retention, and an embedded log is smaller.
    /// </value>
    [Range(14, int.MaxValue)]
    public int SegmentBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>Gets or sets the age at which a segment is closed and the next one begun. Kafka calls it
    /// <c>segment.ms</c>.</summary>
    /// <value>The default is 7 days, as Kafka's.</value>
    public TimeSpan SegmentAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets the largest record batch that is taken, as it is stored. Kafka calls it
    /// <c>max.message.bytes</c>.</summary>
    /// <value>The default is 1 MiB and 12 bytes, as Kafka's.</value>
    [Range(0, int.MaxValue)]
    public int MaxMessageBytes { get; set; } = (1024 * 1024) + 12;

    /// <summary>Gets or sets after how many bytes of log an index entry is written. Kafka calls it
    /// <c>index.interval.bytes</c>.</summary>
    /// <value>The default is 4 KiB, as Kafka's.</value>
    [Range(0, int.MaxValue)]
    public int IndexIntervalBytes { get; set; } = 4096;

    /// <summary>Gets or sets whose clock stamps the records. Kafka calls it <c>message.timestamp.type</c>.</summary>
    /// <value>The default is <see cref="TimestampType.CreateTime"/>, as Kafka's.</value>
    public TimestampType TimestampType { get; set; } = TimestampType.CreateTime;

    /// <summary>Gets or sets how long records are kept. Kafka calls it <c>retention.ms</c>.</summary>
    /// <value>The default is for ever, as is <see cref="Timeout.InfiniteTimeSpan"/>: nobody loses records by leaving a
    /// setting out.</value>
    public TimeSpan? Retention { get; set; }

    /// <summary>Gets or sets how large a partition may become before its oldest segments go. Kafka calls it
    /// <c>retention.bytes</c>.</summary>
    /// <value>The default is without bounds.</value>
    [Range(0, long.MaxValue)]
    public long? RetentionBytes { get; set; }

    /// <summary>Gets further settings that topics begin with, by Kafka's names: those of topics, such as
    /// <c>cleanup.policy</c>, or of brokers, such as <c>log.retention.hours</c>. They hold before the properties
    /// above.</summary>
    public IDictionary<string, string> Configs { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
