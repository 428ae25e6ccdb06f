using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// A run of batches in one log file, with its indexes. The last one of a log is active; the others are sealed.
/// </summary>
/// <remarks>
/// One thread appends, under the log's gate; any number read without it. A reader retains the segment while it reads,
/// so that the file is not closed below it. The log that created it holds the first reference.
/// </remarks>
internal sealed class Segment
{
    /// <summary>The most bytes a file may hold: positions in an index have 31 bits.</summary>
    public const int SizeMax = int.MaxValue;

    private readonly IFileSystem _files;
    private readonly string _directory;

    // Null until somebody looks something up. A segment that is appended to has it.
    private SegmentIndexes? _indexes;
    private TransactionIndex? _transactions;
    private bool _areIndexesUsed;
    private int _references = 1;
    private int _isRebuilt;
    private int _size;
    private long _nextOffset;
    private long _firstTimestamp = -1;
    private long _latestTimestamp = long.MinValue;

    /// <summary>Creates a segment around its file.</summary>
    /// <param name="files">Where the index files are.</param>
    /// <param name="directory">The partition's directory.</param>
    /// <param name="baseOffset">The offset that names the files.</param>
    /// <param name="file">The log file; the segment owns it.</param>
    /// <param name="indexes">The indexes, or <see langword="null"/> to read them when they are first needed.</param>
    public Segment(IFileSystem files, string directory, long baseOffset, IFile file, SegmentIndexes? indexes)
    {
        _files = files;
        _directory = directory;
        _indexes = indexes;
        _nextOffset = baseOffset;
        BaseOffset = baseOffset;
        File = file;
        Space = new SpaceAhead(file);
    }

    public long BaseOffset { get; }

    public IFile File { get; }

    /// <summary>Gets the disk space that is set aside behind the end.</summary>
    public SpaceAhead Space { get; }

    /// <summary>Gets the bytes of whole batches. Readers look no further.</summary>
    public int SizeInBytes => Volatile.Read(ref _size);

    /// <summary>Gets one more than the offset of the last record.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>Gets how many bytes the file had when it was found; zero where it was created.</summary>
    public long FoundLength { get; init; }

    /// <summary>
    /// Gets when the segment was created or opened, for rolling by time where batches have no timestamps.
    /// </summary>
    public long CreatedMs { get; init; }

    /// <summary>
    /// Gets or sets the timestamp of the first batch, from which the time to roll is counted; -1 while there is none,
    /// or it was not read.
    /// </summary>
    public long FirstTimestamp
    {
        get => Volatile.Read(ref _firstTimestamp);
        set => Volatile.Write(ref _firstTimestamp, value);
    }

    /// <summary>
    /// Gets or sets the timestamp of the latest record, once it was compared with the batches of a sealed segment.
    /// </summary>
    public long? LatestTimestamp
    {
        get => Volatile.Read(ref _latestTimestamp) is var known and not long.MinValue ? known : null;
        set => Volatile.Write(ref _latestTimestamp, value ?? long.MinValue);
    }

    /// <summary>Gets by how much the age at which the segment is closed is shortened.</summary>
    public long RollJitterMs { get; init; }

    /// <summary>Creates the file of a new segment.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static Segment Create(
        IFileSystem files, string directory, long baseOffset, long preallocate, long nowMs,
        long rollJitterMs = 0)
    {
        string path = LogFileNames.PathOf(directory, baseOffset, LogFileNames.Log);
        IFile file = Open(files, path, preallocate);
        try
        {
            // What an earlier try left behind was never part of the log.
            if (file.Length > 0)
                file.SetLength(0);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        Segment created = new(files, directory, baseOffset, file, new SegmentIndexes(baseOffset))
        {
            CreatedMs = nowMs,
            RollJitterMs = rollJitterMs,
        };
        created.SetTransactions(new TransactionIndex());
        created.Space.IsSetAside(preallocate);
        return created;
    }

    // To set space aside is a help and no need: a disk that has no room for it may have room for what is appended.
    private static IFile Open(IFileSystem files, string path, long preallocate)
    {
        try
        {
            return files.Open(path, FileOpenMode.OpenOrCreate, preallocate);
        }
        catch (IOException error) when (preallocate > 0 && DiskErrors.CodeOf(error) == ErrorCode.StorageFull)
        {
            return files.Open(path, FileOpenMode.OpenOrCreate);
        }
    }

    /// <summary>Publishes bytes that are in the file.</summary>
    public void Publish(int sizeInBytes, long nextOffset)
    {
        if (sizeInBytes < _size)
        {
            Space.Cut();
            LatestTimestamp = null;
        }

        Volatile.Write(ref _size, sizeInBytes);
        Volatile.Write(ref _nextOffset, nextOffset);
    }

    /// <summary>Gets the indexes; reads them, or builds them anew, where that has not been done.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public SegmentIndexes Indexes(LogConfig config)
    {
        if (!Volatile.Read(ref _areIndexesUsed))
            Volatile.Write(ref _areIndexesUsed, true);
        SegmentIndexes? indexes = Volatile.Read(ref _indexes);
        if (indexes is not null)
            return indexes;

        // Whoever is first, and never in place of the ones that an append has been noted in since.
        indexes = ReadIndexes(config);
        return Interlocked.CompareExchange(ref _indexes, indexes, null) ?? indexes;
    }

    /// <summary>Gets the indexes as <see cref="Indexes"/> does, but for one look alone: they are not kept.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public SegmentIndexes PeekIndexes(LogConfig config) => Volatile.Read(ref _indexes) ?? ReadIndexes(config);

    /// <summary>Gets whether the indexes are in memory.</summary>
    public bool HasIndexes => Volatile.Read(ref _indexes) is not null;

    /// <summary>
    /// Gives the memory of the indexes of a segment back that is not appended to, where nobody used them since the last
    /// call, and their files say the same: who needs them later reads them again.
    /// </summary>
    public void ForgetIdleIndexes()
    {
        bool areUsed = Volatile.Read(ref _areIndexesUsed);
        Volatile.Write(ref _areIndexesUsed, false);
        if (!areUsed && Volatile.Read(ref _indexes) is { IsSaved: true } indexes)
            Interlocked.CompareExchange(ref _indexes, null, indexes);
    }

    /// <summary>Reads the timestamp of the first batch, where that has not been done. The caller has retained the
    /// segment.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public long ReadFirstTimestamp()
    {
        if (FirstTimestamp >= 0 || SizeInBytes == 0)
            return FirstTimestamp;
        Span<byte> header = stackalloc byte[RecordBatchHeader.Size];
        if (File.Read(header, 0) == header.Length)
            FirstTimestamp = new RecordBatchHeader(header).MaxTimestamp;
        return FirstTimestamp;
    }

    /// <summary>
    /// Tells the first caller, and no other, to build the indexes anew: if that does not help, nothing will.
    /// </summary>
    public bool TryBeginRebuild() => Interlocked.Exchange(ref _isRebuilt, 1) == 0;

    /// <summary>
    /// Builds the indexes from the batches, in place of ones that turned out wrong, unless the batches turn out worse.
    /// For the active segment the caller holds the log's gate.
    /// </summary>
    public SegmentIndexes RebuildIndexes(LogConfig config)
    {
        SegmentIndexes indexes = BuildIndexes(config);
        if (indexes.IsPartial && Volatile.Read(ref _indexes) is { } before)
            return before;
        Volatile.Write(ref _indexes, indexes);
        return indexes;
    }

    /// <summary>Gives the segment indexes that were built while it was scanned.</summary>
    public void SetIndexes(SegmentIndexes indexes) => Volatile.Write(ref _indexes, indexes);

    /// <summary>
    /// Gets the transactions whose abort is noted here; <see langword="null"/> until somebody asks
    /// <see cref="TransactionIndexes"/> for those of a sealed segment.
    /// </summary>
    public TransactionIndex? Transactions => Volatile.Read(ref _transactions);

    /// <summary>Gives the segment its transaction index, unless it has one.</summary>
    /// <returns>The index that it has.</returns>
    public TransactionIndex SetTransactions(TransactionIndex transactions) =>
        Interlocked.CompareExchange(ref _transactions, transactions, null) ?? transactions;

    /// <summary>
    /// Reads the transaction index, or returns <see langword="null"/> where only the batches know what it must hold.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public TransactionIndex? TryLoadTransactions()
    {
        // A file of its own says nothing: it may be of a time before the last appends, or a cut.
        bool isWhole = _files.FileExists(PathOf(LogFileNames.OffsetIndex))
            && _files.FileExists(PathOf(LogFileNames.TimeIndex));
        if (!isWhole)
            return null;
        byte[]? content = AtomicFile.Read(_files, PathOf(LogFileNames.TransactionIndex));
        return content is null ? new TransactionIndex() : TransactionIndex.Decode(content);
    }

    /// <summary>
    /// Deletes the index files of a segment that is appended to. They would be too short for it, and look right after a
    /// crash that left it sealed and flushed. The caller syncs the directory before anything that is appended counts as
    /// durable. The file of aborted transactions stays: without the two others it is not believed.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public bool DeleteIndexes()
    {
        bool areThere = false;
        foreach (string suffix in (ReadOnlySpan<string>)[LogFileNames.OffsetIndex, LogFileNames.TimeIndex])
        {
            string path = PathOf(suffix);
            if (!_files.FileExists(path))
                continue;
            _files.DeleteFile(path);
            areThere = true;
        }

        Volatile.Read(ref _indexes)?.FilesDeleted();
        return areThere;
    }

    /// <summary>Writes the index files. The caller syncs the directory.</summary>
    public void SaveIndexes(LogConfig config)
    {
        // First, and on the disk: that the other two are there says that this one is, if there is anything to it.
        string path = PathOf(LogFileNames.TransactionIndex);
        if (Transactions is { } transactions && (transactions.Count > 0 || _files.FileExists(path)))
            AtomicFile.Replace(_files, path, transactions.Encode());
        Indexes(config).Save(_files, _directory);
    }

    /// <summary>Keeps the file open until <see cref="Release"/>.</summary>
    /// <returns><see langword="false"/> if it is closed already: look for the segments again.</returns>
    public bool TryRetain()
    {
        int seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }

        return false;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Holds(left >= 0);
        if (left == 0)
            File.Dispose();
    }

    /// <summary>
    /// Takes the files' names away, in two steps as Kafka does, so that a crash leaves none that looks valid.
    /// </summary>
    /// <remarks>Readers that have retained the segment go on. The caller syncs the directory between and
    /// after.</remarks>
    public void MarkDeleted()
    {
        foreach (string suffix in LogFileNames.OfSegment)
        {
            string path = LogFileNames.PathOf(_directory, BaseOffset, suffix);
            if (_files.FileExists(path))
                _files.Rename(path, path + LogFileNames.Deleted);
        }
    }

    public void DeleteMarked()
    {
        foreach (string suffix in LogFileNames.OfSegment)
            _files.DeleteFile(LogFileNames.PathOf(_directory, BaseOffset, suffix) + LogFileNames.Deleted);
    }

    private SegmentIndexes ReadIndexes(LogConfig config)
    {
        SegmentIndexes? indexes = SegmentIndexes.TryLoad(_files, _directory, BaseOffset, SizeInBytes);
        return indexes is not null && SegmentTail.AreTrue(this, indexes) ? indexes : BuildIndexes(config);
    }

    private SegmentIndexes BuildIndexes(LogConfig config)
    {
        long end = NextOffset; // Asked before the size is, which then goes at least as far.
        return SegmentIndexes.Rebuild(File, BaseOffset, SizeInBytes, config, isChecked: true, end);
    }

    private string PathOf(string suffix) => LogFileNames.PathOf(_directory, BaseOffset, suffix);
}
