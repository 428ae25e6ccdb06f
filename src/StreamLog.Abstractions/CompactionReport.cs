namespace StreamLog;

/// <summary>What compaction has done.</summary>
public sealed record CompactionReport
{
    /// <summary>Gets how many partitions were looked at.</summary>
    public int Partitions { get; init; }

    /// <summary>Gets how many segments were replaced. One in which everything is still the newest stays.</summary>
    public int SegmentsBefore { get; init; }

    /// <summary>Gets how many have replaced them.</summary>
    public int SegmentsAfter { get; init; }

    /// <summary>Gets the bytes of the segments that were replaced. The disk has them back after
    /// <c>file.delete.delay.ms</c>.</summary>
    public long BytesBefore { get; init; }

    /// <summary>Gets the bytes of those that have replaced them.</summary>
    public long BytesAfter { get; init; }

    /// <summary>Gets the partitions that could not be compacted, with the reason: they are corrupt, or their disk
    /// failed or is full. They are as they were.</summary>
    public IReadOnlyDictionary<TopicPartition, string> Failures { get; init; } =
        new Dictionary<TopicPartition, string>();
}
