namespace StreamLog.Storage.Compaction;

/// <summary>Which part of a log may be compacted now, and how much that would be worth.</summary>
/// <param name="FirstDirtyOffset">The first offset that no run has looked at.</param>
/// <param name="EndOffset">The offset to stay below: where a segment begins.</param>
/// <param name="CleanBytes">The bytes before the first dirty offset.</param>
/// <param name="DirtyBytes">The bytes between the two offsets.</param>
/// <param name="IsOverdue">Whether a record in it waits for longer than <c>max.compaction.lag.ms</c>.</param>
internal readonly record struct CompactionRange(
    long FirstDirtyOffset, long EndOffset, long CleanBytes, long DirtyBytes, bool IsOverdue)
{
    /// <summary>Gets the share of what may be compacted that no run has looked at.</summary>
    public double DirtyRatio => DirtyBytes == 0 ? 0 : (double)DirtyBytes / (CleanBytes + DirtyBytes);

    /// <summary>Finds the range.</summary>
    /// <param name="segments">The sealed segments, in order.</param>
    /// <param name="checkpoint">How far earlier runs came, if that is known.</param>
    /// <param name="logStart">The first offset that can be read.</param>
    /// <param name="stableOffset">The offset below which everything is decided and on the disk.</param>
    /// <param name="config">How the log is kept.</param>
    /// <param name="nowMs">The node's time.</param>
    public static CompactionRange Find(
        IReadOnlyList<SegmentFacts> segments, long? checkpoint, long logStart, long stableOffset, LogConfig config,
        long nowMs)
    {
        // A checkpoint from beyond the log is none: the log was cut, and nobody knows what came since.
        long logEnd = segments.Count == 0 ? logStart : segments[^1].NextOffset;
        long firstDirty = checkpoint is { } known && known >= logStart && known <= logEnd ? known : logStart;

        long end = segments.Count == 0 ? firstDirty : segments[0].BaseOffset;
        long clean = 0;
        long dirty = 0;
        bool isOverdue = false;
        foreach (SegmentFacts segment in segments)
        {
            bool isDirty = segment.NextOffset > firstDirty;
            bool isYoung = isDirty && config.MinCompactionLagMs > 0
                && segment.MaxTimestamp > nowMs - config.MinCompactionLagMs;
            if (segment.NextOffset > stableOffset || isYoung)
                break;

            end = segment.NextOffset;
            if (isDirty)
                dirty += segment.SizeInBytes;
            else
                clean += segment.SizeInBytes;
            isOverdue |= isDirty && segment.FirstTimestamp > 0
                && segment.FirstTimestamp < nowMs - Math.Max(0, config.MaxCompactionLagMs);
        }

        return new CompactionRange(firstDirty, Math.Max(firstDirty, end), clean, dirty, isOverdue);
    }

    /// <summary>Tells whether a run is worth its while.</summary>
    public bool IsWorth(LogConfig config) =>
        DirtyBytes > 0 && (IsOverdue || DirtyRatio > config.MinCleanableDirtyRatio);
}
