namespace StreamLog;

/// <summary>An offset that a group has committed: the one to read next.</summary>
/// <param name="Offset">The offset of the first record not yet done.</param>
/// <param name="LeaderEpoch">The leader epoch of the record before it, or -1 where it is not known.</param>
/// <param name="Metadata">A text of the committer's, often empty.</param>
public readonly record struct OffsetAndMetadata(long Offset, int LeaderEpoch = -1, string Metadata = "");
