using System.Buffers;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Walks the batches of a file from a position where one begins, and trusts nothing it reads.</summary>
/// <remarks>For one thread. It stops at the end, or before the first thing that is not a whole sound batch.</remarks>
internal sealed class BatchWalker : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    // Enough for the batches between two entries of an index, as these are by default.
    private const int FewBatchesBytes = 8 * 1024;

    private readonly IFile _file;
    private readonly long _end;
    private readonly bool _readBodies;

    private byte[] _buffer;
    private long _bufferPosition;
    private int _bufferLength;

    /// <summary>Creates a walk that stands before the first batch.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">The byte at which a batch begins.</param>
    /// <param name="end">The byte to stop at.</param>
    /// <param name="readBodies">Whether to read batches as a whole, and check their sums; else headers alone.</param>
    /// <param name="isShort">Whether the walk ends after a few batches, so that little is read ahead.</param>
    public BatchWalker(IFile file, long position, long end, bool readBodies, bool isShort = false)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(isShort ? FewBatchesBytes : ChunkBytes);
        _file = file;
        _end = end;
        _readBodies = readBodies;
        Position = position;
        _bufferPosition = position;
    }

    /// <summary>Gets the byte at which the batch begins; after the walk, the byte at which it stopped.</summary>
    public long Position { get; private set; }

    /// <summary>Gets the bytes of the batch, or zero before and after the walk.</summary>
    public int SizeInBytes { get; private set; }

    public long NextPosition => Position + SizeInBytes;

    /// <summary>
    /// Gets what is wrong at <see cref="Position"/>, or <see langword="null"/> where the file simply ends there.
    /// </summary>
    public string? Fault { get; private set; }

    public RecordBatchHeader Header => new(_buffer.AsSpan((int)(Position - _bufferPosition), RecordBatchHeader.Size));

    /// <summary>Gets the whole batch. Only a walk that reads bodies has it.</summary>
    public ReadOnlySpan<byte> Batch => _buffer.AsSpan((int)(Position - _bufferPosition), SizeInBytes);

    /// <summary>Steps to the next batch.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool MoveNext()
    {
        long position = NextPosition;
        Position = position;
        SizeInBytes = 0;
        long left = _end - position;
        if (left == 0)
            return false;
        if (left < RecordBatchHeader.Size)
            return Stop($"{left} bytes are left, too few for the header of a batch");
        if (!Fill(RecordBatchHeader.Size))
            return Stop("the file ends within the header of a batch");

        RecordBatchHeader header = Header;
        long size = (long)header.BatchLength + RecordBatchHeader.LengthPrefix;
        if (header.Magic != RecordBatchHeader.CurrentMagic)
            return Stop($"the format version of a batch is {header.Magic} instead of {RecordBatchHeader.CurrentMagic}");
        if (size < RecordBatchHeader.Size || size > left)
            return Stop($"a batch claims {size} bytes where {left} are left");
        if (header.LastOffsetDelta < 0 || header.BaseOffset < 0 || header.NextOffset < 0)
            return Stop($"a batch claims offset {header.BaseOffset} and a last delta of {header.LastOffsetDelta}");
        if (_readBodies)
        {
            if (!Fill((int)size))
                return Stop("the file ends within a batch");
            if (!RecordBatchHeader.HasValidCrc(_buffer.AsSpan((int)(position - _bufferPosition), (int)size)))
                return Stop("the checksum of a batch does not match its bytes");
        }

        SizeInBytes = (int)size;
        return true;
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private bool Stop(string fault)
    {
        Fault = fault;
        return false;
    }

    // Brings that many bytes from Position on into the buffer.
    private bool Fill(int count)
    {
        long start = Position - _bufferPosition;
        if (start + count <= _bufferLength)
            return true;

        int kept = start < _bufferLength ? _bufferLength - (int)start : 0;
        byte[] target = _buffer;
        if (count > target.Length)
            target = ArrayPool<byte>.Shared.Rent(count);
        if (kept > 0)
            _buffer.AsSpan((int)start, kept).CopyTo(target);
        if (!ReferenceEquals(target, _buffer))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        int wanted = (int)Math.Min(_buffer.Length, _end - Position) - kept;
        int read = _file.Read(_buffer.AsSpan(kept, wanted), Position + kept);
        _bufferPosition = Position;
        _bufferLength = kept + read;
        return _bufferLength >= count;
    }
}
