using System.Buffers;
using System.IO.Compression;

namespace StreamLog.Protocol.Compression;

/// <summary>Gzip, by the framework's zlib.</summary>
internal sealed class GzipCodec : ICompressionCodec
{
    // What is asked of the pool at a time while the size is not known.
    private const int ReadSize = 16 * 1024;

    public CompressionType Type => CompressionType.Gzip;

    // The framework writes nothing at all for nothing, which others take for a cut.
    private static ReadOnlySpan<byte> EmptyMember =>
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    // zlib's level 6, as Kafka's clients use.
    public void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output) => Compress(records, output, -1);

    public void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output, int level)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (records.IsEmpty)
        {
            output.Write(EmptyMember);
            return;
        }

        using BufferWriterStream stream = new(output);
        ZLibCompressionOptions options = new() { CompressionLevel = Math.Clamp(level, -1, 9) };
        using GZipStream gzip = new(stream, options);
        gzip.Write(records);
    }

    public unsafe RecordBuffer Decompress(ReadOnlySpan<byte> compressed, int maxBytes)
    {
        if (compressed.IsEmpty)
            CorruptRecords.ThrowTruncated(CompressionType.Gzip);

        using PooledBufferWriter output = new(maxBytes, ErrorCode.CorruptMessage);
        fixed (byte* start = compressed)
        {
            using UnmanagedMemoryStream stream = new(start, compressed.Length);
            using GZipStream gzip = new(stream, CompressionMode.Decompress);
            try
            {
                ReadAll(gzip, output);
            }
            catch (InvalidDataException exception)
            {
                throw CorruptRecords.Because(CompressionType.Gzip, exception.Message, exception);
            }
        }

        return output.Detach();
    }

    private static void ReadAll(GZipStream gzip, PooledBufferWriter output)
    {
        int read;
        do
        {
            if (output.Room == 0)
            {
                // At the limit, only an end passes.
                if (gzip.ReadByte() >= 0)
                    output.ThrowExceeded();
                return;
            }

            Span<byte> room = output.GetSpan(Math.Min(ReadSize, output.Room));
            read = gzip.Read(room[..Math.Min(room.Length, output.Room)]);
            output.Advance(read);
        }
        while (read > 0);
    }
}
