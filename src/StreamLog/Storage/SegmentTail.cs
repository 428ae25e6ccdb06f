using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Checks a segment by a few of its batches, where there is no reason to read them all.</summary>
internal static class SegmentTail
{
    /// <summary>
    /// Tells whether a segment that had been flushed as a whole is as long as it was: its first batch begins it, its
    /// last one ends it, and its indexes name batches that are there.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool IsSound(
        Segment segment, long length, long endOffset, LogConfig config, IFileSystem files, string directory)
    {
        if (length == 0)
            return endOffset == segment.BaseOffset;
        if (length > Segment.SizeMax || endOffset <= segment.BaseOffset)
            return false;

        SegmentIndexes indexes = SegmentIndexes.TryLoad(files, directory, segment.BaseOffset, length)
            ?? SegmentIndexes.Rebuild(segment.File, segment.BaseOffset, length, config);
        if (!IsTailSound(segment, indexes, length, endOffset))
            return false;

        segment.Publish((int)length, endOffset);
        if (AreTrue(segment, indexes))
            segment.SetIndexes(indexes);
        return true;
    }

    /// <summary>Finds the batch that holds an offset, by the index and the headers behind the entry.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool TryFind(Segment segment, long offset, LogConfig config, out BatchAt found)
    {
        return TryFind(segment, segment.Indexes(config), offset, out found);
    }

    /// <summary>
    /// Tells whether the last entries of indexes that were read say what the batches say, and these go on to the end.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool AreTrue(Segment segment, SegmentIndexes indexes)
    {
        long end = segment.NextOffset;
        bool hasEntry = indexes.Offsets.TryFindFloor(int.MaxValue, out int lastEntry, out int position);
        long next = segment.BaseOffset;
        using (BatchWalker walker = new(
            segment.File, position, segment.SizeInBytes, readBodies: false, isShort: true))
        {
            while (walker.MoveNext())
            {
                next = walker.Header.NextOffset;
                if (hasEntry && walker.Position == position && next != segment.BaseOffset + lastEntry + 1)
                    return false;
            }

            if (walker.Fault is not null || next < end)
                return false;
        }

        (long timestamp, int relativeOffset) = indexes.Times.Last;
        return relativeOffset < 0
            || (TryFind(segment, indexes, segment.BaseOffset + relativeOffset, out BatchAt found)
                && found.LastOffset == segment.BaseOffset + relativeOffset && found.MaxTimestamp == timestamp);
    }

    private static bool TryFind(Segment segment, SegmentIndexes indexes, long offset, out BatchAt found)
    {
        indexes.Offsets.TryFindFloor((int)(offset - segment.BaseOffset), out _, out int position);
        using BatchWalker walker = new(
            segment.File, position, segment.SizeInBytes, readBodies: false, isShort: true);
        while (walker.MoveNext())
        {
            if (walker.Header.LastOffset < offset)
                continue;
            found = new BatchAt(
                (int)walker.Position, walker.Header.BaseOffset, walker.Header.LastOffset, walker.Header.MaxTimestamp,
                walker.Header.PartitionLeaderEpoch);
            return true;
        }

        found = default;
        return false;
    }

    private static bool IsTailSound(Segment segment, SegmentIndexes indexes, long length, long endOffset)
    {
        Span<byte> first = stackalloc byte[RecordBatchHeader.Size];
        if (segment.File.Read(first, 0) < first.Length)
            return false;
        long firstOffset = new RecordBatchHeader(first).BaseOffset;
        if (firstOffset != segment.BaseOffset)
            return false;

        bool hasEntry = indexes.Offsets.TryFindFloor(int.MaxValue, out int relativeOffset, out int position);
        long expected = -1;
        using BatchWalker walker = new(segment.File, position, length, readBodies: true);
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            bool isEntry = hasEntry && walker.Position == position;
            if (isEntry && header.LastOffset != segment.BaseOffset + relativeOffset)
                return false;
            if (expected >= 0 && header.BaseOffset != expected)
                return false;
            expected = header.NextOffset;
        }

        return walker.Fault is null && walker.Position == length && expected == endOffset;
    }
}
