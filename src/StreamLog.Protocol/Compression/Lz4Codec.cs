using System.Buffers;
using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>LZ4 in its frame format, as Kafka's Java client writes it: independent blocks of 64 KiB, no checksums of
/// content.</summary>
/// <remarks>The batch has its own checksum, so another over the content would be time for nothing.</remarks>
internal sealed class Lz4Codec : ICompressionCodec
{
    private const byte Flags = Lz4FrameReader.VersionBits | Lz4FrameReader.IndependentBit;
    private const byte Blocks64KiB = 4 << 4;

    public CompressionType Type => CompressionType.Lz4;

    public void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> head = output.GetSpan(7);
        BinaryPrimitives.WriteUInt32LittleEndian(head, Lz4FrameReader.Magic);
        head[4] = Flags;
        head[5] = Blocks64KiB;
        head[6] = (byte)(XxHash32.Compute(head.Slice(4, 2)) >> 8);
        output.Advance(7);

        while (!records.IsEmpty)
        {
            int length = Math.Min(records.Length, MatchFinder.MaxBlock);
            WriteBlock(records[..length], output);
            records = records[length..];
        }

        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), 0);
        output.Advance(sizeof(uint));
    }

    public RecordBuffer Decompress(ReadOnlySpan<byte> compressed, int maxBytes)
    {
        using PooledBufferWriter output = new(maxBytes, ErrorCode.CorruptMessage);
        new Lz4FrameReader(compressed, output).ReadAll();
        return output.Detach();
    }

    private static void WriteBlock(ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        Span<byte> room = output.GetSpan(sizeof(uint) + Lz4SequenceWriter.Bound(block.Length));
        Lz4SequenceWriter writer = new(room[sizeof(uint)..]);
        MatchFinder.Split(block, ref writer);
        uint field = (uint)writer.Position;
        if (writer.Position >= block.Length)
        {
            // Nothing repeats: stored as it is, the block takes four bytes more than before and no time to read.
            block.CopyTo(room[sizeof(uint)..]);
            field = (uint)block.Length | Lz4FrameReader.StoredBit;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(room, field);
        output.Advance(sizeof(uint) + (int)(field & ~Lz4FrameReader.StoredBit));
    }
}
