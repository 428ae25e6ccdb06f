using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How a consumer works.</summary>
/// <remarks>Read once when the consumer is created.</remarks>
public sealed class ConsumerOptions
{
    /// <summary>Gets or sets the consumer's name for itself. Kafka calls it <c>client.id</c>.</summary>
    public string ClientId { get; set; } = "streamlog-consumer";

    /// <summary>Gets or sets the group whose committed offsets the consumer uses. Kafka calls it
    /// <c>group.id</c>.</summary>
    public string? Group { get; set; }

    /// <summary>Gets or sets where a partition without a committed offset, or with one that is not there any more,
    /// begins. Kafka calls it <c>auto.offset.reset</c>.</summary>
    /// <value>The default is <see cref="OffsetReset.Earliest"/>: nothing is passed over. Kafka's is the end.</value>
    public OffsetReset OffsetReset { get; set; } = OffsetReset.Earliest;

    /// <summary>Gets or sets when a group consumer commits.</summary>
    /// <value>The default is <see cref="CommitMode.OnComplete"/>.</value>
    public CommitMode Commit { get; set; } = CommitMode.OnComplete;

    /// <summary>Gets or sets how often a group consumer commits by itself. Kafka calls it
    /// <c>auto.commit.interval.ms</c>.</summary>
    /// <value>The default is one second. Kafka's is five.</value>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how many bytes are fetched ahead of the reader, over all partitions.</summary>
    /// <value>The default is 16 MiB. One batch may exceed it, so that a large one is never stuck.</value>
    [Range(1, int.MaxValue)]
    public int FetchAheadBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Gets or sets the most bytes of one fetch. Kafka calls it <c>fetch.max.bytes</c>.</summary>
    /// <value>The default is 8 MiB.</value>
    [Range(1, int.MaxValue)]
    public int FetchMaxBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Gets or sets the most bytes of one partition in a fetch. Kafka calls it
    /// <c>max.partition.fetch.bytes</c>.</summary>
    /// <value>The default is 1 MiB, as Kafka's.</value>
    [Range(1, int.MaxValue)]
    public int MaxPartitionFetchBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many bytes a fetch waits for. Kafka calls it <c>fetch.min.bytes</c>.</summary>
    /// <value>The default is 1, as Kafka's.</value>
    [Range(0, int.MaxValue)]
    public int FetchMinBytes { get; set; } = 1;

    /// <summary>Gets or sets how long a fetch waits for records. Kafka calls it <c>fetch.max.wait.ms</c>.</summary>
    /// <value>The default is 500 ms, as Kafka's. New records end the wait at once.</value>
    public TimeSpan FetchMaxWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets the pause before a failed fetch is tried again. Kafka calls it
    /// <c>retry.backoff.ms</c>.</summary>
    /// <value>The default is 100 ms, as Kafka's.</value>
    public TimeSpan RetryBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets or sets how long calls other than reading wait for an answer. Kafka calls it
    /// <c>default.api.timeout.ms</c>.</summary>
    /// <value>The default is one minute, as Kafka's.</value>
    public TimeSpan ApiTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
