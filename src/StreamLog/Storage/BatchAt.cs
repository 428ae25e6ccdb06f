namespace StreamLog.Storage;

/// <summary>A batch that was found in a segment.</summary>
/// <param name="Position">The byte at which it begins.</param>
/// <param name="BaseOffset">The offset of its first record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="MaxTimestamp">The latest timestamp of its records.</param>
/// <param name="LeaderEpoch">The epoch of the leader that appended it.</param>
internal readonly record struct BatchAt(
    int Position, long BaseOffset, long LastOffset, long MaxTimestamp, int LeaderEpoch);
