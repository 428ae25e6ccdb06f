namespace StreamLog.Storage;

/// <summary>A record found by its timestamp.</summary>
/// <param name="Offset">The record's offset.</param>
/// <param name="TimestampMs">Its timestamp, in milliseconds since 1970.</param>
/// <param name="LeaderEpoch">The epoch of the leader that appended it, or -1.</param>
internal readonly record struct OffsetAndTimestamp(long Offset, long TimestampMs, int LeaderEpoch);
