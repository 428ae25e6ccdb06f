namespace StreamLog.Tests.Node;

/// <summary>One record as it stands in a partition.</summary>
internal readonly record struct StoredRecord(
    long Offset, int LeaderEpoch, long TimestampMs, string? Key, string? Value);
