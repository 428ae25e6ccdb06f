using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>The offset index and the time index of one segment, and what is needed to go on with them.</summary>
/// <remarks>Threads: as <see cref="OffsetIndex"/>.</remarks>
internal sealed class SegmentIndexes
{
    private readonly long _baseOffset;

    // Bytes appended since the last entry. An entry is added before the first batch beyond the interval.
    private int _bytesSinceEntry;

    public SegmentIndexes(long baseOffset)
        : this(baseOffset, new OffsetIndex(), new TimeIndex())
    {
    }

    private SegmentIndexes(long baseOffset, OffsetIndex offsets, TimeIndex times)
    {
        _baseOffset = baseOffset;
        Offsets = offsets;
        Times = times;
        (MaxTimestamp, int relativeOffset) = times.Last;
        MaxTimestampOffset = relativeOffset < 0 ? -1 : baseOffset + relativeOffset;
    }

    public OffsetIndex Offsets { get; }

    public TimeIndex Times { get; }

    /// <summary>Gets the latest timestamp of all batches, or -1.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>Gets the last offset of the first batch that has it, or -1.</summary>
    public long MaxTimestampOffset { get; private set; } = -1;

    /// <summary>
    /// Gets whether the log could not be read to its end when the indexes were built: the latest times are missing.
    /// </summary>
    public bool IsPartial { get; private set; }

    /// <summary>Gets whether they stand in their files as they are here.</summary>
    public bool IsSaved { get; private set; }

    /// <summary>Notes that there are no such files any more.</summary>
    public void FilesDeleted() => IsSaved = false;

    /// <summary>Tells whether one more entry would make an index file larger than it may be.</summary>
    public bool IsFull(int indexBytesMax) =>
        Offsets.SizeInBytes + OffsetIndex.EntrySize > indexBytesMax
        || Times.SizeInBytes + (2 * TimeIndex.EntrySize) > indexBytesMax; // Sealing adds one more.

    /// <summary>Notes a batch that was appended.</summary>
    public void Add(RecordBatchHeader header, int position, int intervalBytes)
    {
        IsSaved = false;
        long maxTimestamp = header.MaxTimestamp;
        if (maxTimestamp > MaxTimestamp)
        {
            MaxTimestamp = maxTimestamp;
            MaxTimestampOffset = header.LastOffset;
        }

        if (_bytesSinceEntry > intervalBytes)
        {
            Offsets.Append((int)(header.LastOffset - _baseOffset), position);
            if (MaxTimestamp >= 0)
                Times.Append(MaxTimestamp, (int)(MaxTimestampOffset - _baseOffset));
            _bytesSinceEntry = 0;
        }

        _bytesSinceEntry += header.SizeInBytes;
    }

    /// <summary>Makes the last entry of the time index that of the segment's latest record.</summary>
    public void Seal()
    {
        if (MaxTimestamp >= 0)
            Times.Append(MaxTimestamp, (int)(MaxTimestampOffset - _baseOffset));
    }

    /// <summary>Writes both files. The caller syncs the directory.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The partition's directory.</param>
    /// <param name="mark">What is put behind the names of files that are not in their place yet.</param>
    public void Save(IFileSystem files, string directory, string mark = "")
    {
        string offsets = LogFileNames.PathOf(directory, _baseOffset, LogFileNames.OffsetIndex + mark);
        AtomicFile.Write(files, offsets, Offsets.Encode());
        string times = LogFileNames.PathOf(directory, _baseOffset, LogFileNames.TimeIndex + mark);
        AtomicFile.Write(files, times, Times.Encode());
        IsSaved = true;
    }

    /// <summary>
    /// Reads both files, or returns <see langword="null"/> where one is missing or cannot be what it should.
    /// </summary>
    public static SegmentIndexes? TryLoad(IFileSystem files, string directory, long baseOffset, long logLength)
    {
        byte[]? offsets = AtomicFile.Read(
            files, LogFileNames.PathOf(directory, baseOffset, LogFileNames.OffsetIndex));
        byte[]? times = AtomicFile.Read(files, LogFileNames.PathOf(directory, baseOffset, LogFileNames.TimeIndex));
        if (offsets is null || times is null)
            return null;

        OffsetIndex? offsetIndex = OffsetIndex.Decode(offsets, logLength);
        TimeIndex? timeIndex = TimeIndex.Decode(times);
        bool isSound = offsetIndex is not null && timeIndex is not null && (timeIndex.Count > 0 || logLength == 0);
        return isSound ? new SegmentIndexes(baseOffset, offsetIndex!, timeIndex!) { IsSaved = true } : null;
    }

    /// <summary>Builds both from the batches, as far as these make sense.</summary>
    /// <param name="log">The log file.</param>
    /// <param name="baseOffset">The offset that it begins with.</param>
    /// <param name="end">The bytes of whole batches.</param>
    /// <param name="config">How the log is kept.</param>
    /// <param name="isChecked">Whether the checksums must vouch for what is noted.</param>
    /// <param name="endOffset">The offset that the batches must reach, where that is known.</param>
    public static SegmentIndexes Rebuild(
        IFile log, long baseOffset, long end, LogConfig config, bool isChecked = false, long endOffset = -1)
    {
        SegmentIndexes indexes = new(baseOffset);
        long expected = baseOffset;
        using BatchWalker walker = new(log, 0, end, readBodies: isChecked);
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            if (header.BaseOffset != expected)
                break;
            indexes.Add(header, (int)walker.Position, config.IndexIntervalBytes);
            expected = header.NextOffset;
        }

        indexes.IsPartial = walker.Position < end || expected < endOffset;
        indexes.Seal();
        return indexes;
    }
}
