using System.Buffers;
using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>Snappy in the framing of the xerial library, which Kafka's Java client writes; a bare block is read as
/// well.</summary>
/// <remarks>
/// <code>
/// magic    82 'SNAPPY' 00
/// version  i32  1
/// least    i32  1: the oldest version that can read it
/// chunks   i32 length, then a Snappy block of up to 32 KiB
/// </code>
/// Big-endian. librdkafka writes one bare block instead, and no bare block can begin like the magic.
/// </remarks>
internal sealed class SnappyCodec : ICompressionCodec
{
    private const int HeaderSize = 16;
    private const int ChunkSize = 32 * 1024; // xerial's default.

    public CompressionType Type => CompressionType.Snappy;

    private static ReadOnlySpan<byte> Header =>
        [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0,
        0, 0, 0, 1, 0, 0, 0, 1];

    private static ReadOnlySpan<byte> Magic => Header[..8];

    public void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Header);
        while (!records.IsEmpty)
        {
            ReadOnlySpan<byte> chunk = records[..Math.Min(records.Length, ChunkSize)];
            Span<byte> room = output.GetSpan(sizeof(int) + SnappySequenceWriter.Bound(chunk.Length));
            SnappySequenceWriter writer = new(room[sizeof(int)..]);
            writer.WriteLength(chunk.Length);
            MatchFinder.Split(chunk, ref writer);
            BinaryPrimitives.WriteInt32BigEndian(room, writer.Position);
            output.Advance(sizeof(int) + writer.Position);
            records = records[chunk.Length..];
        }
    }

    public RecordBuffer Decompress(ReadOnlySpan<byte> compressed, int maxBytes)
    {
        using PooledBufferWriter output = new(maxBytes, ErrorCode.CorruptMessage);
        if (compressed.StartsWith(Magic))
            ReadChunks(compressed, output);
        else
            SnappyBlock.Decode(compressed, output);
        return output.Detach();
    }

    private static void ReadChunks(ReadOnlySpan<byte> compressed, PooledBufferWriter output)
    {
        if (compressed.Length < HeaderSize)
            CorruptRecords.ThrowTruncated(CompressionType.Snappy);
        int least = BinaryPrimitives.ReadInt32BigEndian(compressed[12..]);
        if (least != 1)
            CorruptRecords.Throw(CompressionType.Snappy, $"the framing asks for version {least}, and 1 is known");

        compressed = compressed[HeaderSize..];
        while (!compressed.IsEmpty)
        {
            if (compressed.Length < sizeof(int))
                CorruptRecords.ThrowTruncated(CompressionType.Snappy);
            int length = BinaryPrimitives.ReadInt32BigEndian(compressed);
            compressed = compressed[sizeof(int)..];
            if ((uint)length > (uint)compressed.Length)
                CorruptRecords.Throw(CompressionType.Snappy, $"a chunk claims {length} bytes of {compressed.Length}");
            SnappyBlock.Decode(compressed[..length], output);
            compressed = compressed[length..];
        }
    }
}
