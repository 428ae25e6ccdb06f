using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>Decodes LZ4 frames, one after another, with every option that needs no dictionary.</summary>
/// <remarks>
/// <code>
/// magic    u32  0x184D2204
/// flags    u8   version 01, independent blocks, block checksums, content size, content checksum, 0, dictionary
/// block    u8   the largest block in bits 4-6: 4 is 64 KiB, each one more is four times that
/// size     u64  of the content, if flagged
/// check    u8   second byte of the hash from flags to here
/// blocks   u32 length (top bit: stored as is), bytes, u32 hash if flagged
/// end      u32  0, then u32 hash of the content if flagged
/// </code>
/// All little-endian.
/// </remarks>
internal ref struct Lz4FrameReader
{
    internal const uint Magic = 0x184D2204;
    internal const int VersionBits = 0x40;
    internal const int IndependentBit = 0x20;
    internal const uint StoredBit = 0x8000_0000;

    private const int VersionMask = 0xC0;
    private const int BlockChecksumBit = 0x10;
    private const int ContentSizeBit = 0x08;
    private const int ContentChecksumBit = 0x04;
    private const int ReservedBit = 0x02;
    private const int DictionaryBit = 0x01;
    private const int ReservedBlockBits = 0x8F;

    // Sixteen magic numbers mark frames that a decoder passes over.
    private const uint SkippableMagic = 0x184D2A50;
    private const uint SkippableMask = 0xFFFFFFF0;

    // A byte of a block stands for at most 255 bytes of content, so a small block cannot ask for much memory.
    private const int MaxRatio = 255;

    private readonly PooledBufferWriter _output;
    private ReadOnlySpan<byte> _input;

    public Lz4FrameReader(ReadOnlySpan<byte> input, PooledBufferWriter output)
    {
        _input = input;
        _output = output;
    }

    /// <summary>Decodes all frames of the input.</summary>
    public void ReadAll()
    {
        do
        {
            uint magic = TakeUInt32();
            if (magic == Magic)
                ReadFrame();
            else if ((magic & SkippableMask) == SkippableMagic)
                Take(TakeUInt32());
            else
                CorruptRecords.Throw(CompressionType.Lz4, $"0x{magic:X8} begins no frame");
        }
        while (!_input.IsEmpty);
    }

    private void ReadFrame()
    {
        int start = _output.Position;
        int flags = ReadDescriptor(out int maxBlock, out long contentSize);
        while (true)
        {
            uint field = TakeUInt32();
            if (field == 0)
                break;

            ReadOnlySpan<byte> block = Take(field & ~StoredBit);
            if ((flags & BlockChecksumBit) != 0 && TakeUInt32() != XxHash32.Compute(block))
                CorruptRecords.Throw(CompressionType.Lz4, "a block fails its checksum");
            if ((field & StoredBit) != 0)
                ReadStored(block, maxBlock);
            else
                ReadCompressed(block, maxBlock, (flags & IndependentBit) != 0 ? _output.Position : start);
        }

        ReadOnlySpan<byte> content = _output.Array.AsSpan(start.._output.Position);
        if ((flags & ContentChecksumBit) != 0 && TakeUInt32() != XxHash32.Compute(content))
            CorruptRecords.Throw(CompressionType.Lz4, "the content fails its checksum");
        if (contentSize >= 0 && contentSize != content.Length)
        {
            CorruptRecords.Throw(
                CompressionType.Lz4, $"the content has {content.Length} bytes instead of {contentSize}");
        }
    }

    private int ReadDescriptor(out int maxBlock, out long contentSize)
    {
        ReadOnlySpan<byte> start = _input;
        ReadOnlySpan<byte> two = Take(2);
        int flags = two[0];
        int size = (two[1] >> 4) & 7;
        if ((flags & VersionMask) != VersionBits || (flags & ReservedBit) != 0 || (two[1] & ReservedBlockBits) != 0
            || size < 4)
        {
            CorruptRecords.Throw(CompressionType.Lz4, $"no frame has flags 0x{flags:X2} and block byte 0x{two[1]:X2}");
        }

        if ((flags & DictionaryBit) != 0)
            CorruptRecords.Throw(CompressionType.Lz4, "the frame wants a dictionary, and Kafka has none");

        maxBlock = 1 << (8 + (2 * size));
        contentSize = -1;
        if ((flags & ContentSizeBit) != 0)
            contentSize = (long)(BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong))) & long.MaxValue);

        byte expected = (byte)(XxHash32.Compute(start[..(start.Length - _input.Length)]) >> 8);
        if (Take(1)[0] != expected)
            CorruptRecords.Throw(CompressionType.Lz4, "the frame's header fails its checksum");
        return flags;
    }

    private readonly void ReadStored(ReadOnlySpan<byte> block, int maxBlock)
    {
        if (block.Length > maxBlock)
        {
            CorruptRecords.Throw(
                CompressionType.Lz4, $"a block of {block.Length} bytes exceeds the frame's {maxBlock}");
        }

        _output.EnsureRoom(block.Length);
        block.CopyTo(_output.Array.AsSpan(_output.Position));
        _output.Position += block.Length;
    }

    private readonly void ReadCompressed(ReadOnlySpan<byte> block, int maxBlock, int windowStart)
    {
        if (block.IsEmpty)
            CorruptRecords.ThrowTruncated(CompressionType.Lz4);
        int room = (int)Math.Min(Math.Min(maxBlock, (long)block.Length * MaxRatio), _output.Room);
        _output.EnsureRoom(room);
        Span<byte> output = _output.Array.AsSpan(0, _output.Position + room);
        _output.Position = Lz4Block.Decode(block, output, _output.Position, windowStart);
    }

    private uint TakeUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    private ReadOnlySpan<byte> Take(uint length)
    {
        if (length > (uint)_input.Length)
            CorruptRecords.ThrowTruncated(CompressionType.Lz4);
        ReadOnlySpan<byte> taken = _input[..(int)length];
        _input = _input[(int)length..];
        return taken;
    }
}
