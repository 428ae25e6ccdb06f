namespace StreamLog.Cli.Groups;

/// <summary>How far a group has come in a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">What it reads next, or <see langword="null"/> where it has committed nothing.</param>
/// <param name="End">Where the partition ends, or <see langword="null"/> where it is gone.</param>
/// <param name="MemberId">Who reads it now.</param>
internal sealed record GroupProgress(TopicPartition Partition, long? Offset, long? End, string? MemberId)
{
    /// <summary>Gets how many offsets lie before the group.</summary>
    public long? Lag => End - Offset;
}
