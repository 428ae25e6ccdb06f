using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// Finds out what a log remembers of its producers: the newest sound snapshot, and the batches behind it.
/// </summary>
internal static class ProducerRecovery
{
    /// <summary>Deletes the snapshots that are of no use any more: those from beyond the end of the log, and those that
    /// stand in the middle of a segment but for the newest.</summary>
    /// <returns>Whether some from beyond the end were deleted: the caller has to sync the directory before others are
    /// appended there, of which they would say what is not true.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool DeleteStrays(
        IFileSystem files, string directory, List<long> offsets, IReadOnlyList<Segment> segments, long endOffset)
    {
        bool wereBeyond = false;
        long newest = offsets.Where(offset => offset <= endOffset).DefaultIfEmpty(-1).Max();
        foreach (long offset in offsets)
        {
            // Those of earlier stops, in the middle of a segment, would outlive it.
            bool isStray = offset < newest && !segments.Any(segment => segment.BaseOffset == offset);
            if (offset > endOffset || isStray)
                files.DeleteFile(LogFileNames.PathOf(directory, offset, LogFileNames.Snapshot));
            wereBeyond |= offset > endOffset;
        }

        return wereBeyond;
    }

    /// <summary>Returns the state at the end of a log, of which these were all segments a moment ago.</summary>
    /// <returns>The state; <see langword="null"/> if some of the segments have been closed since.</returns>
    /// <exception cref="StreamLogException">A segment is corrupt that has to be read for it.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static ProducerStates? TryLoad(LogServices services, LogState log, Segment[] segments)
    {
        int retained = 0;
        try
        {
            while (retained < segments.Length && segments[retained].TryRetain())
                retained++;
            return retained == segments.Length
                ? LoadAt(services, log.Directory, segments, log.LogEndOffset, log.Config)
                : null;
        }
        finally
        {
            foreach (Segment segment in segments.AsSpan(0, retained))
                segment.Release();
        }
    }

    /// <summary>Returns the state at an offset at which a segment begins or the log ends.</summary>
    /// <exception cref="StreamLogException">A segment is corrupt that has to be read for it.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static ProducerStates LoadAt(
        LogServices services, string directory, IReadOnlyList<Segment> segments, long endOffset, LogConfig config)
    {
        long nowMs = services.NowMs;
        ProducerStates? producers = null;
        long from = segments[0].BaseOffset;
        foreach (long offset in SnapshotOffsets(services.Files, directory).OrderDescending())
        {
            if (offset > endOffset)
                continue;
            byte[]? content = AtomicFile.Read(
                services.Files, LogFileNames.PathOf(directory, offset, LogFileNames.Snapshot));
            producers = content is null ? null : ProducerSnapshot.Decode(content, nowMs);
            if (producers is null)
                continue;
            from = offset;
            break;
        }

        producers ??= new ProducerStates();
        foreach (Segment segment in segments)
        {
            if (segment.NextOffset > from && segment.BaseOffset < endOffset)
                Replay(producers, segment, from, config, nowMs);
        }

        return producers;
    }

    /// <summary>Finds the transactions whose abort is noted in a segment.</summary>
    /// <param name="producers">What was known of the producers where the segment begins. It is moved on.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="nowMs">The node's time.</param>
    /// <exception cref="StreamLogException">The segment is corrupt.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static TransactionIndex FindAborted(ProducerStates producers, Segment segment, long nowMs)
    {
        TransactionIndex aborted = new();
        long end = segment.BaseOffset;
        using BatchWalker walker = new(segment.File, 0, segment.SizeInBytes, readBodies: true);
        while (walker.MoveNext())
        {
            if (Note(producers, segment.File, walker, nowMs) is { } ended)
                aborted.Append(ended);
            end = walker.Header.NextOffset;
        }

        ThrowIfFaulty(segment, walker, end);
        return aborted;
    }

    /// <summary>Lists the offsets of the snapshots there are.</summary>
    public static List<long> SnapshotOffsets(IFileSystem files, string directory)
    {
        List<long> offsets = [];
        foreach (FileSystemEntry entry in files.List(directory))
        {
            if (LogFileNames.TryParse(entry.Name, LogFileNames.Snapshot, out long offset))
                offsets.Add(offset);
        }

        return offsets;
    }

    /// <summary>Reads the end of a transaction; <see langword="null"/> where the batch is none.</summary>
    /// <exception cref="StreamLogException">The batch is malformed.</exception>
    public static TransactionMarker? MarkerOf(ReadOnlySpan<byte> batch)
    {
        using RecordReader reader = new(batch);
        if (!reader.MoveNext())
            return null;
        ControlRecordType type = ControlRecords.ReadType(reader.Current);
        return type is ControlRecordType.Abort or ControlRecordType.Commit
            ? new TransactionMarker(
                type == ControlRecordType.Abort, ControlRecords.ReadCoordinatorEpoch(reader.Current))
            : null;
    }

    private static void Replay(ProducerStates producers, Segment segment, long from, LogConfig config, long nowMs)
    {
        int position = 0;
        if (from > segment.BaseOffset)
        {
            int relativeOffset = (int)Math.Min(int.MaxValue, from - segment.BaseOffset);
            segment.Indexes(config).Offsets.TryFindFloor(relativeOffset, out _, out position);
        }

        // By whole batches, so that nothing is remembered that a checksum has not vouched for; nor an offset, which
        // none covers.
        long expected = position == 0 ? segment.BaseOffset : -1;
        using BatchWalker walker = new(segment.File, position, segment.SizeInBytes, readBodies: true);
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            if (expected >= 0 && header.BaseOffset != expected)
            {
                throw SegmentCorruption.At(
                    segment, walker.Position, expected, $"a batch claims offset {header.BaseOffset}");
            }

            expected = header.NextOffset;
            if (header.BaseOffset >= from)
                Note(producers, segment.File, walker, nowMs);
        }

        ThrowIfFaulty(segment, walker, expected);
    }

    // Nothing is appended meanwhile, so the batches end where the segment does.
    private static void ThrowIfFaulty(Segment segment, BatchWalker walker, long end)
    {
        string? fault = walker.Fault;
        if (fault is null && end != segment.NextOffset)
            fault = $"the file ends at offset {end} instead of {segment.NextOffset}";
        if (fault is not null)
            throw SegmentCorruption.At(segment, walker.Position, end, fault);
    }

    private static AbortedTransaction? Note(ProducerStates producers, IFile file, BatchWalker walker, long nowMs)
    {
        RecordBatchHeader header = walker.Header;
        if (!header.HasProducerId)
            return null;
        TransactionMarker? marker = header.IsControl ? ReadMarker(file, walker.Position, walker.SizeInBytes) : null;
        return producers.Add(header, marker, nowMs);
    }

    private static TransactionMarker? ReadMarker(IFile file, long position, int size)
    {
        byte[] batch = new byte[size];
        return file.Read(batch, position) == size ? MarkerOf(batch) : null;
    }
}
