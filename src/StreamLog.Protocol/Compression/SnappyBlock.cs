namespace StreamLog.Protocol.Compression;

/// <summary>Decodes one Snappy block. Every length and distance is checked before it is used.</summary>
internal static class SnappyBlock
{
    private const int MaxLengthBytes = 5;

    // An element of three bytes stands for at most 64, so a block cannot claim much more than it has.
    private const int MaxRatio = 32;

    /// <summary>Decodes a block to the end of an output.</summary>
    public static void Decode(ReadOnlySpan<byte> block, PooledBufferWriter writer)
    {
        int at = 0;
        int length = ReadLength(block, ref at);
        if (length > (long)block.Length * MaxRatio)
            CorruptRecords.Throw(CompressionType.Snappy, $"{block.Length} bytes claim to stand for {length}");

        writer.EnsureRoom(length);
        Span<byte> output = writer.Array.AsSpan(writer.Position, length);
        int position = 0;
        while (at < block.Length)
        {
            int tag = block[at++];
            if ((tag & 3) == 0)
                ReadLiteral(block, ref at, tag >> 2, output, ref position);
            else
                ReadCopy(block, ref at, tag, output, ref position);
        }

        if (position != length)
            CorruptRecords.Throw(CompressionType.Snappy, $"a block has {position} bytes instead of {length}");
        writer.Position += length;
    }

    private static int ReadLength(ReadOnlySpan<byte> block, ref int at)
    {
        ulong length = 0;
        for (int shift = 0; shift < 7 * MaxLengthBytes; shift += 7)
        {
            if (at >= block.Length)
                CorruptRecords.ThrowTruncated(CompressionType.Snappy);
            byte next = block[at++];
            length |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return length <= int.MaxValue ? (int)length : throw TooLong();
        }

        throw TooLong();
    }

    private static StreamLogException TooLong() =>
        CorruptRecords.Because(CompressionType.Snappy, "a block claims more bytes than any can have");

    private static void ReadLiteral(
        ReadOnlySpan<byte> block, ref int at, int field, Span<byte> output, ref int position)
    {
        // Up to 59 the field is the length less one; from there on it says how many bytes of length follow.
        long length = field + 1;
        if (field >= 60)
            length = ReadLittleEndian(block, ref at, field - 59) + 1;
        if (length > block.Length - at || length > output.Length - position)
            CorruptRecords.Throw(CompressionType.Snappy, $"{length} literals do not fit");

        block.Slice(at, (int)length).CopyTo(output[position..]);
        at += (int)length;
        position += (int)length;
    }

    private static void ReadCopy(ReadOnlySpan<byte> block, ref int at, int tag, Span<byte> output, ref int position)
    {
        int length = (tag >> 2) + 1;
        long distance;
        switch (tag & 3)
        {
            case 1:
                length = ((tag >> 2) & 7) + 4;
                distance = ((long)(tag >> 5) << 8) | ReadLittleEndian(block, ref at, 1);
                break;
            case 2:
                distance = ReadLittleEndian(block, ref at, 2);
                break;
            default:
                distance = ReadLittleEndian(block, ref at, 4);
                break;
        }

        if (distance == 0 || distance > position || length > output.Length - position)
            CorruptRecords.Throw(CompressionType.Snappy, $"a copy of {length} bytes, {distance} back, does not fit");
        BackReference.Copy(output, position, (int)distance, length);
        position += length;
    }

    private static long ReadLittleEndian(ReadOnlySpan<byte> block, ref int at, int count)
    {
        if (count > block.Length - at)
            CorruptRecords.ThrowTruncated(CompressionType.Snappy);

        long value = 0;
        for (int i = 0; i < count; i++)
            value |= (long)block[at++] << (8 * i);
        return value;
    }
}
