using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>Writes the elements of a Snappy block: literals and copies, each under a tag of two bits.</summary>
internal ref struct SnappySequenceWriter : ISequenceWriter
{
    private const int CopyTag1 = 1;
    private const int CopyTag2 = 2;

    // A literal of up to 60 bytes has its length in the tag; 60 and 61 there mean that one or two bytes follow.
    private const int ShortLiteral = 60;

    private readonly Span<byte> _output;

    /// <summary>Creates a writer.</summary>
    /// <param name="output">At least <see cref="Bound"/> bytes for the block.</param>
    public SnappySequenceWriter(Span<byte> output) => _output = output;

    /// <summary>Gets how many bytes were written.</summary>
    public int Position { get; private set; }

    /// <summary>Returns the most bytes that a block may come to, the length before it included.</summary>
    public static int Bound(int length) => length + (length / 6) + 32;

    /// <summary>Writes the length of the uncompressed block, which comes first.</summary>
    public void WriteLength(int length)
    {
        uint left = (uint)length;
        for (; left >= 0x80; left >>= 7)
            _output[Position++] = (byte)(left | 0x80);
        _output[Position++] = (byte)left;
    }

    public void WriteSequence(ReadOnlySpan<byte> literals, int distance, int length)
    {
        WriteLast(literals);

        // Copies reach 64 bytes. The remainder must leave at least the four that the short form takes.
        for (; length >= 68; length -= 64)
            WriteCopy2(distance, 64);
        if (length > 64)
        {
            WriteCopy2(distance, 60);
            length -= 60;
        }

        if (length < 12 && distance < 2048)
        {
            _output[Position++] = (byte)(CopyTag1 | ((length - 4) << 2) | ((distance >> 8) << 5));
            _output[Position++] = (byte)distance;
        }
        else
        {
            WriteCopy2(distance, length);
        }
    }

    public void WriteLast(ReadOnlySpan<byte> literals)
    {
        if (literals.IsEmpty)
            return;

        int length = literals.Length - 1;
        if (length < ShortLiteral)
        {
            _output[Position++] = (byte)(length << 2);
        }
        else if (length < 0x100)
        {
            _output[Position++] = ShortLiteral << 2;
            _output[Position++] = (byte)length;
        }
        else
        {
            _output[Position++] = (ShortLiteral + 1) << 2;
            BinaryPrimitives.WriteUInt16LittleEndian(_output[Position..], (ushort)length);
            Position += 2;
        }

        literals.CopyTo(_output[Position..]);
        Position += literals.Length;
    }

    private void WriteCopy2(int distance, int length)
    {
        _output[Position++] = (byte)(CopyTag2 | ((length - 1) << 2));
        BinaryPrimitives.WriteUInt16LittleEndian(_output[Position..], (ushort)distance);
        Position += 2;
    }
}
