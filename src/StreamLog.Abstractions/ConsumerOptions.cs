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

    /// <summary>Gets or sets the name under which a member is known to its group over restarts, so that it gets its
    /// partitions back and nothing moves meanwhile. No two members may have the same. Kafka calls it
    /// <c>group.instance.id</c> (KIP-345).</summary>
    /// <value>The default is <see langword="null"/>: a member that leaves is gone.</value>
    public string? InstanceId { get; set; }

    /// <summary>Gets or sets how the group shares partitions, where the member may wish: <c>uniform</c> or
    /// <c>range</c>. Kafka calls it <c>group.remote.assignor</c> (KIP-848).</summary>
    /// <value>The default is <see langword="null"/>: as the broker prefers. On brokers that speak the classic protocol
    /// alone it is always <c>cooperative-sticky</c>.</value>
    public string? Assignor { get; set; }

    /// <summary>Gets or sets how long a group's consumer may stay without asking for the next record before it leaves
    /// the group, and how long it may take to finish with a partition that goes to another member. Kafka calls it
    /// <c>max.poll.interval.ms</c>.</summary>
    /// <value>The default is five minutes, as Kafka's. Waiting for records does not count.</value>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a member may be silent before its group goes on without it, on brokers that speak
    /// the classic protocol alone. With the newer one the broker says. Kafka calls it
    /// <c>session.timeout.ms</c>.</summary>
    /// <value>The default is 45 s, as Kafka's.</value>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Gets or sets who hears of partitions that a group gives to its consumer, and takes from it.</summary>
    /// <value>The default is <see langword="null"/>: nobody.</value>
    public IRebalanceListener? RebalanceListener { get; set; }

    /// <summary>Gets or sets where a partition without a committed offset, or with one that is not there any more,
    /// begins. Kafka calls it <c>auto.offset.reset</c>.</summary>
    /// <value>The default is <see cref="OffsetReset.Earliest"/>: nothing is passed over. Kafka's is the end.</value>
    public OffsetReset OffsetReset { get; set; } = OffsetReset.Earliest;

    /// <summary>Gets or sets what is seen of transactions. Kafka calls it <c>isolation.level</c>.</summary>
    /// <value>
    /// The default is <see cref="IsolationLevel.ReadUncommitted"/>, as Kafka's: the other one has the broker know which
    /// transactions are open in each partition, and after a crash it has to read the log for that.
    /// </value>
    public IsolationLevel Isolation { get; set; }

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
