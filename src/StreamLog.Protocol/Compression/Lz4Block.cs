using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>Decodes one LZ4 block. Every length and distance is checked before it is used.</summary>
internal static class Lz4Block
{
    private const int MinMatch = 4;
    private const int LongLength = 15;

    /// <summary>Decodes a block to the end of an output.</summary>
    /// <param name="block">The compressed block.</param>
    /// <param name="output">The output up to the most that the block may fill.</param>
    /// <param name="position">Where the block begins.</param>
    /// <param name="windowStart">How far back matches may reach: the block's own start where blocks are
    /// independent.</param>
    /// <returns>The position after the block.</returns>
    public static int Decode(ReadOnlySpan<byte> block, Span<byte> output, int position, int windowStart)
    {
        int at = 0;
        while (true)
        {
            int token = block[at++];
            int literals = ReadLength(block, ref at, token >> 4, output.Length);
            if (literals > block.Length - at || literals > output.Length - position)
                CorruptRecords.Throw(CompressionType.Lz4, $"{literals} literals do not fit");
            block.Slice(at, literals).CopyTo(output[position..]);
            at += literals;
            position += literals;
            if (at == block.Length)
                return position; // The last sequence has no match.

            if (block.Length - at < sizeof(ushort))
                CorruptRecords.ThrowTruncated(CompressionType.Lz4);
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            int length = MinMatch + ReadLength(block, ref at, token & LongLength, output.Length);
            if (distance == 0 || distance > position - windowStart || length > output.Length - position)
                CorruptRecords.Throw(CompressionType.Lz4, $"a match of {length} bytes, {distance} back, does not fit");
            BackReference.Copy(output, position, distance, length);
            position += length;
            if (at == block.Length)
                CorruptRecords.ThrowTruncated(CompressionType.Lz4); // A block ends in literals, if only none.
        }
    }

    private static int ReadLength(ReadOnlySpan<byte> block, ref int at, int nibble, int max)
    {
        int length = nibble;
        if (nibble < LongLength)
            return length;

        byte more;
        do
        {
            if (at >= block.Length)
                CorruptRecords.ThrowTruncated(CompressionType.Lz4);
            more = block[at++];
            length += more;
            if (length > max)
                CorruptRecords.Throw(CompressionType.Lz4, "a length exceeds the block");
        }
        while (more == 255);
        return length;
    }
}
