namespace StreamLog.Storage.Compaction;

/// <summary>What compaction decides by about one segment.</summary>
/// <param name="BaseOffset">The offset that names its files.</param>
/// <param name="NextOffset">The offset behind its last record.</param>
/// <param name="SizeInBytes">The bytes of its batches.</param>
/// <param name="IndexBytes">The bytes of the larger one of its indexes.</param>
/// <param name="MaxTimestamp">The latest timestamp of its records, or -1.</param>
/// <param name="FirstTimestamp">The latest timestamp of its first batch, or -1.</param>
internal readonly record struct SegmentFacts(
    long BaseOffset, long NextOffset, int SizeInBytes, int IndexBytes, long MaxTimestamp, long FirstTimestamp);
