using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Finds records by their timestamps. Any thread, no gate.</summary>
internal sealed class TimestampSearch
{
    private readonly LogState _log;

    public TimestampSearch(LogState log) => _log = log;

    /// <summary>Finds the first record at or after a time.</summary>
    /// <exception cref="StreamLogException">The log is offline, or corrupt where it was read.</exception>
    public OffsetAndTimestamp? FindFirst(long timestampMs)
    {
        OffsetAndTimestamp? found = null;
        ForEachSegment((segment, startOffset) => (found = FindIn(segment, timestampMs, startOffset)) is null);
        return found;
    }

    /// <summary>Finds the first record that has the latest timestamp of all.</summary>
    /// <exception cref="StreamLogException">The log is offline, or corrupt where it was read.</exception>
    public OffsetAndTimestamp? FindLatest()
    {
        long latest = -1;
        ForEachSegment((segment, _) =>
        {
            SegmentIndexes indexes = segment.Indexes(_log.Config);
            ThrowIfPartial(segment, indexes);
            latest = Math.Max(latest, indexes.MaxTimestamp);
            return true;
        });

        // Trimmed records may have been the latest ones: then the search finds none, and what is left is looked
        // through.
        return latest < 0 ? null : FindFirst(latest) ?? LookThrough();
    }

    // From the first segment on, and once more where one is gone that had to be looked at: a compaction may have put
    // its records into another one.
    private void ForEachSegment(Func<Segment, long, bool> look)
    {
        while (!TryForEachSegment(look))
        {
            // It ends: whoever takes a segment away has put others in its place before, or closed the log.
        }
    }

    private bool TryForEachSegment(Func<Segment, long, bool> look)
    {
        Segment[] segments = _log.Segments;
        _log.ThrowIfFailed(); // After that: a log that was closed meanwhile has none.
        long startOffset = _log.LogStartOffset;
        foreach (Segment segment in segments)
        {
            if (segment.NextOffset <= startOffset)
                continue;
            if (!segment.TryRetain())
                return false;
            try
            {
                if (!look(segment, startOffset))
                    return true;
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                throw Unreadable(segment, error);
            }
            finally
            {
                segment.Release();
            }
        }

        return true;
    }

    private OffsetAndTimestamp? FindIn(Segment segment, long timestampMs, long startOffset)
    {
        LogConfig config = _log.Config;
        SegmentIndexes indexes = segment.Indexes(config);
        ThrowIfPartial(segment, indexes);
        if (indexes.MaxTimestamp < timestampMs)
            return null;

        int position = 0;
        if (indexes.Times.TryFindBefore(timestampMs, out (long Timestamp, int RelativeOffset) before))
        {
            long offset = segment.BaseOffset + before.RelativeOffset;
            bool isTrue = SegmentTail.TryFind(segment, offset, config, out BatchAt batch)
                && batch.LastOffset == offset && batch.MaxTimestamp == before.Timestamp;
            position = isTrue ? batch.Position : 0;
        }

        return Walk(segment, position, startOffset, timestampMs);
    }

    private OffsetAndTimestamp? Walk(Segment segment, int position, long startOffset, long timestampMs)
    {
        long end = segment.NextOffset; // Asked before the size is, which then goes at least as far.
        int truncations = _log.Truncations;
        long expected = position == 0 ? segment.BaseOffset : -1;
        using BatchWalker walker = new(segment.File, position, segment.SizeInBytes, readBodies: true);
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            if (SegmentReader.FaultOf(walker.Batch, header, _log.Epochs, expected) is { } fault)
                throw SegmentCorruption.At(segment, walker.Position, header.BaseOffset, fault);
            expected = header.NextOffset;
            if (header.MaxTimestamp < timestampMs || header.LastOffset < startOffset)
                continue;
            if (FindIn(walker.Batch, startOffset, timestampMs) is { } found)
                return found;
        }

        bool isShort = expected < end && _log.Truncations == truncations;
        return walker.Fault is null && !isShort
            ? null
            : throw SegmentCorruption.At(
                segment, walker.Position, expected, walker.Fault ?? $"the file ends before offset {end - 1}");
    }

    private static OffsetAndTimestamp? FindIn(ReadOnlySpan<byte> batch, long startOffset, long timestampMs)
    {
        int epoch = new RecordBatchHeader(batch).PartitionLeaderEpoch;
        using RecordReader records = new(batch);
        while (records.MoveNext())
        {
            if (records.Current.Offset >= startOffset && records.Current.Timestamp >= timestampMs)
                return new OffsetAndTimestamp(records.Current.Offset, records.Current.Timestamp, epoch);
        }

        return null;
    }

    private OffsetAndTimestamp? LookThrough()
    {
        OffsetAndTimestamp? latest = null;
        while (FindFirst((latest?.TimestampMs ?? -1) + 1) is { } later)
            latest = later;
        return latest;
    }

    private static void ThrowIfPartial(Segment segment, SegmentIndexes indexes)
    {
        if (indexes.IsPartial)
            throw SegmentCorruption.At(segment, 0, -1, "it cannot be walked to its end, so its times are unknown");
    }

    private static StreamLogException Unreadable(Segment segment, Exception error) => new(
        ErrorCode.KafkaStorageError, $"Reading {segment.File.Path} failed: {error.Message} Check the disk.", error);
}
