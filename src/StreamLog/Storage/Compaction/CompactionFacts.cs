namespace StreamLog.Storage.Compaction;

/// <summary>Finds out what of a log may be compacted. It reads no more than it has to.</summary>
internal static class CompactionFacts
{
    /// <summary>Finds the range.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static CompactionRange RangeOf(PartitionLog log, LogServices services)
    {
        // Without what an open transaction holds back: where that leaves nothing to do, nobody needs to know.
        CompactionRange range = RangeOf(log.State, services);
        if (range.DirtyBytes == 0 || log.State.AreProducersRead)
            return range;
        log.EnsureProducers();
        return RangeOf(log.State, services);
    }

    private static CompactionRange RangeOf(LogState log, LogServices services)
    {
        long stableOffset;
        Segment[] segments;
        LogConfig config = log.Config;
        lock (log.Gate)
        {
            segments = log.Segments;
            stableOffset = Math.Min(log.DurableOffset, log.HighWatermark);
            if (log.AreProducersRead)
                stableOffset = Math.Min(stableOffset, log.Producers.LastStableOffset(log.HighWatermark));
            // The files beside these are not written yet.
            if (log.Unflushed.Count > 0)
                stableOffset = Math.Min(stableOffset, log.Unflushed[0].Segment.BaseOffset);
        }

        List<SegmentFacts> facts = [];
        foreach (Segment segment in segments.AsSpan(0, Math.Max(0, segments.Length - 1)))
        {
            if (segment.NextOffset > stableOffset || !segment.TryRetain())
                break;
            try
            {
                facts.Add(Of(segment, config));
            }
            finally
            {
                segment.Release();
            }
        }

        long? checkpoint = services.Checkpoints.GetCompacted(log.Partition);
        return CompactionRange.Find(facts, checkpoint, log.LogStartOffset, stableOffset, config, services.NowMs);
    }

    /// <summary>Collects the facts of a segment, which the caller has retained.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static SegmentFacts Of(Segment segment, LogConfig config) => SizesOf(segment, config) with
    {
        MaxTimestamp = config.MinCompactionLagMs > 0 ? segment.Indexes(config).MaxTimestamp : -1,
        FirstTimestamp = config.MaxCompactionLagMs < long.MaxValue ? segment.ReadFirstTimestamp() : -1,
    };

    /// <summary>Collects what is known of a segment without a look at its files.</summary>
    public static SegmentFacts SizesOf(Segment segment, LogConfig config)
    {
        int size = segment.SizeInBytes;
        // As many entries as there can be: to count them, the index would have to be read.
        long indexBytes = (long)size / Math.Max(1, config.IndexIntervalBytes) * TimeIndex.EntrySize;
        return new SegmentFacts(
            segment.BaseOffset, segment.NextOffset, size, (int)Math.Min(indexBytes, config.SegmentIndexBytes),
            MaxTimestamp: -1, FirstTimestamp: -1);
    }
}
