using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How a consumer of a queue works.</summary>
/// <remarks>Read once when the consumer is created.</remarks>
public sealed class ShareConsumerOptions
{
    /// <summary>Gets or sets the consumer's name for itself. Kafka calls it <c>client.id</c>.</summary>
    public string ClientId { get; set; } = "streamlog-share-consumer";

    /// <summary>Gets or sets where the group begins in a partition that it has never read. It is written into the
    /// group's settings, and holds for all of its consumers. Kafka calls it <c>share.auto.offset.reset</c>.</summary>
    /// <value>The default is <see cref="OffsetReset.Earliest"/>: nothing is passed over. Kafka's is the end.
    /// <see langword="null"/> and <see cref="OffsetReset.None"/> leave the group's settings as they are.</value>
    public OffsetReset? OffsetReset { get; set; } = StreamLog.OffsetReset.Earliest;

    /// <summary>Gets or sets how records become done. Kafka calls it <c>share.acknowledgement.mode</c>.</summary>
    /// <value>The default is <see cref="AcknowledgeMode.Implicit"/>, as Kafka's.</value>
    public AcknowledgeMode Acknowledge { get; set; } = AcknowledgeMode.Implicit;

    /// <summary>Gets or sets how many records are taken at a time. While they wait here, no other consumer gets them:
    /// where the work on one record takes long, take few.</summary>
    /// <value>The default is 100. Kafka's <c>max.poll.records</c> is 500.</value>
    [Range(1, int.MaxValue)]
    public int MaxRecords { get; set; } = 100;

    /// <summary>Gets or sets the most bytes of one fetch. Kafka calls it <c>fetch.max.bytes</c>.</summary>
    /// <value>The default is 8 MiB.</value>
    [Range(1, int.MaxValue)]
    public int FetchMaxBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Gets or sets how long a fetch waits for records. Kafka calls it <c>fetch.max.wait.ms</c>.</summary>
    /// <value>The default is 500 ms, as Kafka's. New records end the wait at once.</value>
    public TimeSpan FetchMaxWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets how soon what was said of records is sent, where no fetch takes it along before.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the topic that takes rejected records and those that were delivered too often.</summary>
    /// <value>The default is <see langword="null"/>: they are given up.</value>
    public string? DeadLetterTopic { get; set; }

    /// <summary>Gets or sets how often the application gets a record that it does not accept, before the record becomes
    /// a dead letter. It matters where there is a <see cref="DeadLetterTopic"/>.</summary>
    /// <value>The default is 4. The broker gives a record up after 5 deliveries; the last is left for a record whose
    /// consumer crashed or was too slow, so that it can still become a dead letter.</value>
    [Range(1, 4)]
    public int MaxDeliveries { get; set; } = 4;

    /// <summary>Gets or sets the pause before a failed request is sent again. Kafka calls it
    /// <c>retry.backoff.ms</c>.</summary>
    /// <value>The default is 100 ms, as Kafka's.</value>
    public TimeSpan RetryBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets or sets how long calls other than reading wait for an answer. Kafka calls it
    /// <c>default.api.timeout.ms</c>.</summary>
    /// <value>The default is one minute, as Kafka's.</value>
    public TimeSpan ApiTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
