using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How a producer works.</summary>
/// <remarks>Read once when the producer is created.</remarks>
public sealed class ProducerOptions
{
    /// <summary>Gets or sets the producer's name for itself. Kafka calls it <c>client.id</c>.</summary>
    public string ClientId { get; set; } = "streamlog-producer";

    /// <summary>Gets or sets how long a batch waits for more records although it could be sent. Kafka calls it
    /// <c>linger.ms</c>.</summary>
    /// <value>
    /// The default is zero: a batch goes at once when nothing of its partition is under way, and grows while something
    /// is. Kafka's is 5 ms, since its round trips are longer.
    /// </value>
    public TimeSpan Linger { get; set; } = TimeSpan.Zero;

    /// <summary>Gets or sets the size at which a batch is closed. Kafka calls it <c>batch.size</c>.</summary>
    /// <value>
    /// The default is 256 KiB. Kafka's is 16 KiB; measured here, larger writes carry half as much again through the
    /// page cache.
    /// </value>
    [Range(0, 512 * 1024 * 1024)]
    public int BatchBytes { get; set; } = 256 * 1024;

    /// <summary>Gets or sets how many bytes may wait in the producer. Beyond it <c>Append</c> and <c>Enqueue</c> wait.
    /// Kafka calls it <c>buffer.memory</c>.</summary>
    /// <value>
    /// The default is 2 MiB: what waits here does so for a write, and stays in the processor's cache until then, which
    /// carries half as much again of records of 1 KiB. Kafka's is 32 MiB, since its broker is far away. Raise it where
    /// bursts are to be taken by <c>TryEnqueue</c> that the disk cannot keep up with.
    /// </value>
    [Range(1024, long.MaxValue)]
    public long BufferBytes { get; set; } = 2L * 1024 * 1024;

    /// <summary>Gets or sets the largest record that is admitted. Kafka calls it <c>max.request.size</c>.</summary>
    /// <value>The default is 1 MiB, as Kafka's.</value>
    [Range(1, int.MaxValue)]
    public int MaxRequestBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many batches of one partition may be under way. Kafka calls it
    /// <c>max.in.flight.requests.per.connection</c>.</summary>
    /// <value>The default is 5, as Kafka's: as many as a log remembers of an idempotent producer.</value>
    [Range(1, 5)]
    public int MaxInFlight { get; set; } = 5;

    /// <summary>Gets or sets who must have a record before it counts as appended. Kafka calls it
    /// <c>acks</c>.</summary>
    /// <value>The default is <see cref="Acks.All"/>, as Kafka's.</value>
    /// <remarks>
    /// <para>Anything less needs <see cref="Idempotence"/> off, or not set, and allows no transactions.</para>
    /// <para>With <see cref="Acks.None"/> the positions of records have the offset -1, wherever the log is. An embedded
    /// node still tells of what it refuses; a broker behind a connection can only close that.</para>
    /// </remarks>
    public Acks Acks { get; set; } = Acks.All;

    /// <summary>Gets or sets whether the log drops what a retry sends twice. Kafka calls it
    /// <c>enable.idempotence</c>.</summary>
    /// <value>The default is <see langword="null"/>: it does with <see cref="Acks.All"/>, and does not with any other
    /// <see cref="Acks"/>, as in Kafka.</value>
    /// <remarks>
    /// Without it a retry may append records twice, and with <see cref="MaxInFlight"/> above 1 it may append them
    /// behind later ones.
    /// </remarks>
    public bool? Idempotence { get; set; }

    /// <summary>Gets or sets the codec that batches are compressed with. Kafka calls it
    /// <c>compression.type</c>.</summary>
    /// <value>The default is <see cref="CompressionType.None"/>, as Kafka's.</value>
    public CompressionType Compression { get; set; } = CompressionType.None;

    /// <summary>Gets or sets how long a record may take from its admission until it is acknowledged or failed. Kafka
    /// calls it <c>delivery.timeout.ms</c>.</summary>
    /// <value>The default is 2 minutes, as Kafka's.</value>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets how long one request may take. Kafka calls it <c>request.timeout.ms</c>.</summary>
    /// <value>The default is 30 seconds, as Kafka's.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long <c>Append</c> and <c>Enqueue</c> wait for room or for the topic to be known.
    /// Kafka calls it <c>max.block.ms</c>.</summary>
    /// <value>The default is one minute, as Kafka's. It also limits each step of a transaction.</value>
    public TimeSpan MaxBlock { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long a transaction may stay open before the broker aborts it, and fences its producer.
    /// Kafka calls it <c>transaction.timeout.ms</c>.</summary>
    /// <value>The default is one minute, as Kafka's. The longest that a broker allows is 15 minutes
    /// (<c>transaction.max.timeout.ms</c>).</value>
    public TimeSpan TransactionTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the pause before a retry. It doubles up to <see cref="RetryBackoffMax"/>. Kafka calls it
    /// <c>retry.backoff.ms</c>.</summary>
    /// <value>The default is 100 ms, as Kafka's.</value>
    public TimeSpan RetryBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets or sets the longest pause before a retry. Kafka calls it <c>retry.backoff.max.ms</c>.</summary>
    /// <value>The default is one second, as Kafka's.</value>
    public TimeSpan RetryBackoffMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets what chooses the partition of a record with a key.</summary>
    /// <value>The default is Kafka's: murmur2 of the key.</value>
    public IPartitioner? Partitioner { get; set; }
}
