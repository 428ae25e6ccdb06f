namespace StreamLog;

/// <summary>What retention has deleted.</summary>
public sealed record RetentionReport
{
    /// <summary>Gets how many partitions were looked at.</summary>
    public int Partitions { get; init; }

    /// <summary>Gets how many segments were deleted.</summary>
    public int Segments { get; init; }

    /// <summary>Gets how many bytes of log these had. The disk has them back after
    /// <c>file.delete.delay.ms</c>.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the partitions that could not be brought within their bounds because their disk failed or is full,
    /// with the reason.</summary>
    public IReadOnlyDictionary<TopicPartition, string> Failures { get; init; } =
        new Dictionary<TopicPartition, string>();
}
