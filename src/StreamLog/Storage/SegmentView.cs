namespace StreamLog.Storage;

/// <summary>What one segment of a log held at one moment.</summary>
/// <param name="BaseOffset">The offset that names its files; no record in it is below.</param>
/// <param name="EndOffset">One more than the offset of its last record.</param>
/// <param name="SizeInBytes">The bytes of its batches.</param>
/// <param name="MaxTimestampMs">The latest timestamp of its records, or -1 where it has none.</param>
/// <param name="IsActive">Whether appends go to it.</param>
internal readonly record struct SegmentView(
    long BaseOffset, long EndOffset, long SizeInBytes, long MaxTimestampMs, bool IsActive);
