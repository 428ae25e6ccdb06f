namespace StreamLog.Storage;

/// <summary>A segment that was scanned while its log was opened.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="UnflushedPosition">The first byte that may not have been flushed.</param>
/// <param name="IsWhole">Whether it was scanned from its first byte on, so that its indexes are known.</param>
internal readonly record struct ScannedSegment(Segment Segment, long UnflushedPosition, bool IsWhole);
