using StreamLog.Protocol;

namespace StreamLog.Tests.Node;

/// <summary>A batch of an idempotent producer, as it was sent and as it may be sent again.</summary>
internal sealed class SentBatch
{
    public required TopicPartition Target { get; init; }

    public required long ProducerId { get; init; }

    public required short ProducerEpoch { get; init; }

    public required int BaseSequence { get; init; }

    public required IReadOnlyList<string> Values { get; init; }

    public CompressionType Compression { get; init; }

    /// <summary>Gets the number of its first record among all that were sent to the partition.</summary>
    public int FirstIndex { get; init; }

    /// <summary>Gets the key of the record of a number: few keys, so that compaction has something to do.</summary>
    public static string KeyOf(long index) => $"key {index % 3}";

    /// <summary>Gets or sets the offset that the acknowledgement gave, or null while there was none.</summary>
    public long? BaseOffset { get; set; }

    public RecordBuffer ToBatch() =>
        RawProducing.Batch(
            Values,
            ProducerId,
            ProducerEpoch,
            BaseSequence,
            Compression,
            1_700_000_000_000 + (BaseSequence * 10),
            i => KeyOf(FirstIndex + i));
}
