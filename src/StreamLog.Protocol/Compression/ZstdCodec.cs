using System.Buffers;

namespace StreamLog.Protocol.Compression;

/// <summary>Zstandard, by the system's libzstd.</summary>
internal sealed unsafe class ZstdCodec : ICompressionCodec
{
    private const int Level = 3; // The library's default, and Kafka's.

    // What is asked of the pool at a time: a block of the format.
    private const int ReadSize = 128 * 1024;

    private readonly ZstdLibrary _library;
    private readonly ZstdStreams _compressions;
    private readonly ZstdStreams _decompressions;

    public ZstdCodec(ZstdLibrary library)
    {
        _library = library;
        _compressions = new ZstdStreams(library.CreateCompression, library.FreeCompression);
        _decompressions = new ZstdStreams(library.CreateDecompression, library.FreeDecompression);
    }

    public CompressionType Type => CompressionType.Zstd;

    public void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output) => Compress(records, output, Level);

    // The library itself cuts a level that it does not have.
    public void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output, int level)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> room = output.GetSpan(checked((int)_library.CompressBound(records.Length)));
        nint stream = _compressions.Rent();
        try
        {
            fixed (byte* to = room)
            fixed (byte* from = records)
            {
                nuint written = _library.Compress(stream, to, room.Length, from, records.Length, level);
                if (_library.IsError(written))
                    throw new InvalidOperationException($"libzstd could not compress: {_library.ErrorName(written)}.");
                output.Advance((int)written);
            }
        }
        finally
        {
            _compressions.Return(stream);
        }
    }

    public RecordBuffer Decompress(ReadOnlySpan<byte> compressed, int maxBytes)
    {
        if (compressed.IsEmpty)
            CorruptRecords.ThrowTruncated(CompressionType.Zstd);

        using PooledBufferWriter output = new(maxBytes, ErrorCode.CorruptMessage);
        nint stream = _decompressions.Rent();
        try
        {
            _library.ResetDecompression(stream);
            fixed (byte* from = compressed)
            {
                if (!TryReadAll(stream, from, compressed.Length, output))
                    ReadAtOnce(stream, from, compressed.Length, output);
            }
        }
        finally
        {
            _decompressions.Return(stream);
        }

        return output.Detach();
    }

    // Returns false where the first frame has a larger window than a stream may keep in memory.
    private bool TryReadAll(nint stream, byte* from, int length, PooledBufferWriter output)
    {
        ZstdBuffer input = new() { Start = from, Length = (nuint)length };
        byte beyond;
        while (true)
        {
            // At the limit, one byte beyond it is offered: only an end of the frames passes.
            bool isFull = output.Room == 0;
            Span<byte> room = isFull
                ? new Span<byte>(&beyond, 1)
                : output.GetSpan(Math.Min(ReadSize, output.Room));
            fixed (byte* to = room)
            {
                int offered = isFull ? 1 : Math.Min(room.Length, output.Room);
                ZstdBuffer written = new() { Start = to, Length = (nuint)offered };
                nuint left = _library.DecompressStream(stream, &written, &input);
                if (_library.IsError(left) && _library.ErrorCode(left) == ZstdLibrary.WindowTooLarge)
                    return false;
                if (_library.IsError(left))
                    CorruptRecords.Throw(CompressionType.Zstd, _library.ErrorName(left));
                if (isFull && written.Position > 0)
                    output.ThrowExceeded();
                if (!isFull)
                    output.Advance((int)written.Position);

                if (input.Position < input.Length)
                    continue;
                if (left == 0)
                    return true; // The input ends where a frame does.
                if (written.Position < written.Length)
                    CorruptRecords.ThrowTruncated(CompressionType.Zstd);
            }
        }
    }

    // Levels from 20 on claim windows of up to 128 MiB, for a batch of a few bytes too. Decompressed in one go a frame
    // needs no window but its output, which has a limit of its own.
    private void ReadAtOnce(nint stream, byte* from, int length, PooledBufferWriter output)
    {
        output.Position = 0;
        for (int size = Math.Min(ReadSize, output.Room); ;)
        {
            Span<byte> room = output.GetSpan(Math.Max(size, 1));
            int offered = Math.Min(room.Length, output.Room);
            nuint written;
            fixed (byte* to = room)
                written = _library.Decompress(stream, to, offered, from, length);
            if (!_library.IsError(written))
            {
                output.Advance((int)written);
                return;
            }

            if (_library.ErrorCode(written) != ZstdLibrary.OutputTooSmall)
                CorruptRecords.Throw(CompressionType.Zstd, _library.ErrorName(written));
            if (offered == output.Room)
                output.ThrowExceeded();
            size = (int)Math.Min(2L * offered, output.Room);
        }
    }
}
