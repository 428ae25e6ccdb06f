using System.Buffers;
using Microsoft.Win32.SafeHandles;
using StreamLog.Protocol.Records;

namespace StreamLog.Cli.Files;

/// <summary>Walks the batches of a file, says where one is not sound, and finds those behind it.</summary>
/// <remarks>For one thread. It trusts nothing that it reads.</remarks>
internal sealed class BatchScanner : IDisposable
{
    private const int ChunkBytes = 1024 * 1024;

    private readonly SafeFileHandle _file;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
    private long _bufferAt;
    private int _buffered;

    public BatchScanner(string path)
    {
        _file = ReadOnlyDisk.Open(path);
        Length = RandomAccess.GetLength(_file);
    }

    public long Length { get; }

    /// <summary>Gets the byte at which the batch begins; at a fault, the byte at which it is seen.</summary>
    public long Position { get; private set; }

    public int SizeInBytes { get; private set; }

    /// <summary>Gets what stopped the walk, or <see langword="null"/> where the file ends.</summary>
    public Fault? Fault { get; private set; }

    public RecordBatchHeader Header => new(Batch);

    public ReadOnlySpan<byte> Batch => _buffer.AsSpan((int)(Position - _bufferAt), SizeInBytes);

    /// <summary>Steps to the next batch.</summary>
    /// <returns>Whether there is one; else there is a fault, or the file ends.</returns>
    public bool MoveNext()
    {
        Position += SizeInBytes;
        SizeInBytes = 0;
        Fault = null;
        if (Position == Length)
            return false;
        if (Look(Position, out int size) is { } fault)
        {
            Fault = new Fault(Position, fault);
            return false;
        }

        SizeInBytes = size;
        return true;
    }

    /// <summary>Looks for a sound batch behind a fault, and steps to it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is one.</returns>
    public bool Resume(CancellationToken cancellationToken)
    {
        for (long at = Position + 1; at + RecordBatchHeader.Size <= Length; at++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            at = FindMagic(at);
            if (at < 0)
                return false;
            if (Look(at, out int size) is null)
            {
                Position = at;
                SizeInBytes = size;
                Fault = null;
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets the next step come to this batch once more.</summary>
    public void Again() => SizeInBytes = 0;

    public void Dispose()
    {
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    // Returns what is wrong with the batch there.
    private string? Look(long at, out int size)
    {
        size = 0;
        long left = Length - at;
        if (left < RecordBatchHeader.Size)
            return $"{left} bytes are left, too few for the header of a batch";
        RecordBatchHeader header = new(Read(at, RecordBatchHeader.Size));
        long claimed = (long)header.BatchLength + RecordBatchHeader.LengthPrefix;
        if (header.Magic != RecordBatchHeader.CurrentMagic)
            return $"the format version of a batch is {header.Magic} instead of {RecordBatchHeader.CurrentMagic}";
        if (claimed < RecordBatchHeader.Size || claimed > left)
            return $"a batch claims {claimed} bytes where {left} are left";
        if (header.BaseOffset < 0 || header.LastOffsetDelta < 0 || header.RecordCount < 0)
            return "a batch claims a negative offset or number of records";
        if (!RecordBatchHeader.HasValidCrc(Read(at, (int)claimed)))
            return "the checksum of a batch does not match its bytes";
        size = (int)claimed;
        return null;
    }

    // Returns the first place from there on that could be a batch by its magic byte, or -1.
    private long FindMagic(long from)
    {
        while (from + RecordBatchHeader.Size <= Length)
        {
            int count = (int)Math.Min(ChunkBytes, Length - from);
            int found = Read(from, count)[RecordBatchHeader.MagicAt..].IndexOf((byte)RecordBatchHeader.CurrentMagic);
            if (found >= 0)
                return from + found;
            from += count - RecordBatchHeader.MagicAt;
        }

        return -1;
    }

    private ReadOnlySpan<byte> Read(long at, int count)
    {
        if (at < _bufferAt || at + count > _bufferAt + _buffered)
        {
            if (count > _buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = ArrayPool<byte>.Shared.Rent(count);
            }

            _bufferAt = at;
            _buffered = 0;
            int wanted = (int)Math.Min(_buffer.Length, Length - at);
            while (_buffered < wanted)
            {
                int read = RandomAccess.Read(_file, _buffer.AsSpan(_buffered, wanted - _buffered), at + _buffered);
                if (read == 0)
                    throw new EndOfStreamException("The file became shorter while it was read.");
                _buffered += read;
            }
        }

        return _buffer.AsSpan((int)(at - _bufferAt), count);
    }
}
