namespace StreamLog;

/// <summary>A segment file of a partition, as it was when the picture was taken.</summary>
/// <param name="BaseOffset">The offset it begins at, which names its files.</param>
/// <param name="NextOffset">The offset behind its last record.</param>
/// <param name="SizeInBytes">The number of bytes of records.</param>
/// <param name="LargestTimestamp">The newest time of its records, or <see langword="null"/> where it holds
/// none.</param>
/// <param name="IsActive">Whether it is the last one, which is written to.</param>
public sealed record Segment(
    long BaseOffset, long NextOffset, long SizeInBytes, DateTimeOffset? LargestTimestamp, bool IsActive);
