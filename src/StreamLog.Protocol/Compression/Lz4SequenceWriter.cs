using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>Writes the sequences of an LZ4 block: a token of two nibbles, lengths that go on in bytes of 255, a
/// distance.</summary>
internal ref struct Lz4SequenceWriter : ISequenceWriter
{
    private const int MinMatch = 4;
    private const int LongLength = 15;

    private readonly Span<byte> _output;

    /// <summary>Creates a writer.</summary>
    /// <param name="output">At least <see cref="Bound"/> bytes for the block.</param>
    public Lz4SequenceWriter(Span<byte> output) => _output = output;

    /// <summary>Gets how many bytes were written.</summary>
    public int Position { get; private set; }

    /// <summary>Returns the most bytes that a block may come to.</summary>
    public static int Bound(int length) => length + (length / 255) + 16;

    public void WriteSequence(ReadOnlySpan<byte> literals, int distance, int length)
    {
        WriteLiterals(literals, Math.Min(length - MinMatch, LongLength));
        BinaryPrimitives.WriteUInt16LittleEndian(_output[Position..], (ushort)distance);
        Position += 2;
        WriteRest(length - MinMatch);
    }

    public void WriteLast(ReadOnlySpan<byte> literals) => WriteLiterals(literals, 0);

    private void WriteLiterals(ReadOnlySpan<byte> literals, int lowNibble)
    {
        _output[Position++] = (byte)((Math.Min(literals.Length, LongLength) << 4) | lowNibble);
        WriteRest(literals.Length);
        literals.CopyTo(_output[Position..]);
        Position += literals.Length;
    }

    private void WriteRest(int length)
    {
        if (length < LongLength)
            return;

        length -= LongLength;
        for (; length >= 255; length -= 255)
            _output[Position++] = 255;
        _output[Position++] = (byte)length;
    }
}
