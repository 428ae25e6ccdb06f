using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// Finds out what a log remembers of its producers: the newest sound snapshot, and the batches behind it.
/// </summary>
internal static class ProducerRecovery
{
    /// <summary>Returns the state at the end of the log. Snapshots from beyond it are deleted.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static ProducerStates Load(
        LogServices services, string directory, IReadOnlyList<Segment> segments, long endOffset, LogConfig config)
    {
        long nowMs = services.NowMs;
        ProducerStates? producers = null;
        long from = segments[0].BaseOffset;
        foreach (long offset in SnapshotOffsets(services.Files, directory).OrderDescending())
        {
            string path = LogFileNames.PathOf(directory, offset, LogFileNames.Snapshot);
            if (offset > endOffset)
            {
                services.Files.DeleteFile(path);
                continue;
            }

            byte[]? content = AtomicFile.Read(services.Files, path);
            producers = content is null ? null : ProducerSnapshot.Decode(content, nowMs);
            if (producers is null)
                continue;
            from = offset;
            break;
        }

        producers ??= new ProducerStates();
        foreach (Segment segment in segments)
        {
            if (segment.NextOffset > from)
                Replay(producers, segment, from, config, nowMs);
        }

        return producers;
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

    /// <summary>
    /// Reads the epoch of the coordinator from an end-of-transaction marker; -1 where the batch is none.
    /// </summary>
    public static int CoordinatorEpochOf(ReadOnlySpan<byte> batch)
    {
        using RecordReader reader = new(batch);
        if (!reader.MoveNext())
            return -1;
        return ControlRecords.ReadType(reader.Current) is ControlRecordType.Abort or ControlRecordType.Commit
            ? ControlRecords.ReadCoordinatorEpoch(reader.Current)
            : -1;
    }

    private static void Replay(ProducerStates producers, Segment segment, long from, LogConfig config, long nowMs)
    {
        int position = 0;
        if (from > segment.BaseOffset)
        {
            int relativeOffset = (int)Math.Min(int.MaxValue, from - segment.BaseOffset);
            segment.Indexes(config).Offsets.TryFindFloor(relativeOffset, out _, out position);
        }

        using BatchWalker walker = new(segment.File, position, segment.SizeInBytes, readBodies: false);
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            if (header.BaseOffset < from || !header.HasProducerId)
                continue;
            int coordinatorEpoch = -1;
            if (header.IsControl)
                coordinatorEpoch = ReadMarker(segment.File, walker.Position, walker.SizeInBytes);
            producers.Add(header, coordinatorEpoch, nowMs);
        }
    }

    private static int ReadMarker(IFile file, long position, int size)
    {
        byte[] batch = new byte[size];
        return file.Read(batch, position) == size ? CoordinatorEpochOf(batch) : -1;
    }
}
