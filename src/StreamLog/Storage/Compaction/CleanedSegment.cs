using System.Buffers;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>The segment that compaction writes, under names of its own, in place of one or several.</summary>
/// <remarks>
/// <para>
/// It holds every offset of those: what has no record any more is in an <see cref="FillerBatch"/>. While it is the same
/// as the one segment that it comes from, nothing is written.
/// </para>
/// <para>Owned by one run; one thread at a time.</para>
/// </remarks>
internal sealed class CleanedSegment : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly int _indexIntervalBytes;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);

    // What nothing was written of yet, because it would be the same; null once the two differ.
    private Segment? _same;
    private IFile? _file;
    private int _buffered;
    private long _size;
    private long _nextOffset;
    private long _gapStart = -1;
    private int _gapEpoch;
    private bool _isFinished;

    /// <summary>Begins a segment.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The partition's directory.</param>
    /// <param name="sources">What it takes the place of, in order. They stay retained while it is written.</param>
    /// <param name="indexIntervalBytes">How many bytes lie between two entries of an index.</param>
    public CleanedSegment(IFileSystem files, string directory, Segment[] sources, int indexIntervalBytes)
    {
        _files = files;
        _directory = directory;
        _indexIntervalBytes = indexIntervalBytes;
        _same = sources.Length == 1 ? sources[0] : null;
        _nextOffset = sources[0].BaseOffset;
        Sources = sources;
        Indexes = new SegmentIndexes(BaseOffset);
    }

    /// <summary>Gets what it takes the place of.</summary>
    public Segment[] Sources { get; }

    public long BaseOffset => Sources[0].BaseOffset;

    /// <summary>Gets the offset behind the last one that it covers.</summary>
    public long EndOffset => Sources[^1].NextOffset;

    /// <summary>Gets the bytes of its batches.</summary>
    public int SizeInBytes => (int)_size;

    public SegmentIndexes Indexes { get; }

    public TransactionIndex Transactions { get; } = new();

    /// <summary>Gets whether it is what it comes from, so that there is nothing to do.</summary>
    public bool IsSame => _same is not null;

    /// <summary>Takes what is left of the next batch of the log.</summary>
    /// <param name="original">The batch.</param>
    /// <param name="kept">The same bytes, or what is left of them, or nothing.</param>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Add(ReadOnlySpan<byte> original, ReadOnlySpan<byte> kept)
    {
        RecordBatchHeader header = new(original);
        bool isFiller = kept.IsEmpty && header.RecordCount == 0 && !header.HasProducerId;
        if (_same is not null && (isFiller || (kept.Length == original.Length && kept.Overlaps(original))))
        {
            Indexes.Add(header, (int)_size, _indexIntervalBytes);
            _size += original.Length;
            _nextOffset = header.NextOffset;
            return;
        }

        Diverge();
        if (kept.IsEmpty)
        {
            Skip(header);
            return;
        }

        CloseGap();
        Invariant.Holds(header.BaseOffset == _nextOffset);
        Write(kept);
    }

    /// <summary>Brings all of it to the disk, under names that a start throws away.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Finish()
    {
        Invariant.Holds(_same is null && !_isFinished);
        CloseGap();
        Invariant.Holds(_nextOffset == EndOffset);
        Flush();
        _file!.DataSync();
        _file.Dispose();
        _file = null;
        Indexes.Seal();
        Indexes.Save(_files, _directory, LogFileNames.Cleaned);
        AtomicFile.Write(_files, PathOf(LogFileNames.TransactionIndex), Transactions.Encode());
        _files.SyncDirectory(_directory);
        _isFinished = true;
    }

    /// <summary>Gives its memory back, and closes its file. What it has written stays.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>Deletes what it has written, where a swap has not taken it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Delete()
    {
        _file?.Dispose();
        _file = null;
        foreach (string suffix in LogFileNames.OfSegment)
            _files.DeleteFile(PathOf(suffix));
    }

    private string PathOf(string suffix) =>
        LogFileNames.PathOf(_directory, BaseOffset, suffix + LogFileNames.Cleaned);

    // From here on it is another one than what it comes from, of which it takes over what it has seen so far.
    private void Diverge()
    {
        if (_file is not null)
            return;

        _file = _files.Open(PathOf(LogFileNames.Log), FileOpenMode.OpenOrCreate);
        if (_file.Length > 0)
            _file.SetLength(0);
        if (_same is not { } same)
            return;

        _same = null;
        for (long position = 0; position < _size;)
        {
            int wanted = (int)Math.Min(_buffer.Length, _size - position);
            int read = same.File.Read(_buffer.AsSpan(0, wanted), position);
            if (read < wanted)
                throw new IOException($"{same.File.Path} became shorter while it was read.");
            _file.Write(_buffer.AsSpan(0, read), position);
            position += read;
        }
    }

    private void Skip(RecordBatchHeader header)
    {
        if (_gapStart >= 0 && _gapEpoch != header.PartitionLeaderEpoch)
            CloseGap();
        if (_gapStart < 0)
        {
            _gapStart = header.BaseOffset;
            _gapEpoch = header.PartitionLeaderEpoch;
        }

        _nextOffset = header.NextOffset;
    }

    private void CloseGap()
    {
        if (_gapStart < 0)
            return;
        Span<byte> filler = stackalloc byte[RecordBatchHeader.Size];
        FillerBatch.Write(filler, _gapStart, _nextOffset - 1, _gapEpoch);
        _gapStart = -1;
        Write(filler);
    }

    private void Write(ReadOnlySpan<byte> batch)
    {
        if (_size + batch.Length > Segment.SizeMax)
            throw new IOException($"What is left of {Sources[0].File.Path} is larger than a segment can be.");

        RecordBatchHeader header = new(batch);
        Indexes.Add(header, (int)_size, _indexIntervalBytes);
        if (batch.Length > _buffer.Length - _buffered)
            Flush();
        if (batch.Length > _buffer.Length)
        {
            _file!.Write(batch, _size);
        }
        else
        {
            batch.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += batch.Length;
        }

        _size += batch.Length;
        _nextOffset = header.NextOffset;
    }

    private void Flush()
    {
        if (_buffered == 0)
            return;
        _file!.Write(_buffer.AsSpan(0, _buffered), _size - _buffered);
        _buffered = 0;
    }
}
