using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace StreamLog.Protocol.Wire;

/// <summary>Reads Kafka's primitive types, one after the other, from bytes that nobody has checked.</summary>
/// <remarks>
/// <para>It lives on the stack of one thread. It trusts no length: each is held against the bytes that are left and
/// against <see cref="WireLimits"/> before anything is allocated. Whatever is wrong with the bytes becomes a
/// <see cref="StreamLogException"/> with the error code that the reader was created with, and nothing else.</para>
/// <para><c>compact</c> chooses between the two encodings of a length: a varint of the length plus one, in flexible
/// versions, or a fixed 16 or 32 bits.</para>
/// </remarks>
public ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly RecordBuffer? _source;
    private readonly ErrorCode _malformed;

    // 0 <= _position <= _bytes.Length
    private int _position;

    /// <summary>Creates a reader over bytes. Record batches read from it are copied.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="malformed">The error that malformed bytes become.</param>
    public WireReader(ReadOnlySpan<byte> bytes, ErrorCode malformed = ErrorCode.InvalidRequest)
    {
        _bytes = bytes;
        _malformed = malformed;
    }

    /// <summary>Creates a reader over a buffer. Record batches read from it are slices of the buffer.</summary>
    /// <param name="source">The buffer. The caller keeps its reference while it reads.</param>
    /// <param name="malformed">The error that malformed bytes become.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    public WireReader(RecordBuffer source, ErrorCode malformed = ErrorCode.InvalidRequest)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _bytes = source.Span;
        _malformed = malformed;
    }

    /// <summary>Gets how many bytes have been read.</summary>
    public readonly int Position => _position;

    /// <summary>Gets how many bytes are left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Reads a boolean. Every byte but zero is true.</summary>
    /// <returns>The value.</returns>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>Reads an 8-bit integer.</summary>
    /// <returns>The value.</returns>
    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    /// <summary>Reads a 16-bit integer.</summary>
    /// <returns>The value.</returns>
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    /// <summary>Reads an unsigned 16-bit integer.</summary>
    /// <returns>The value.</returns>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    /// <summary>Reads a 32-bit integer.</summary>
    /// <returns>The value.</returns>
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    /// <summary>Reads an unsigned 32-bit integer.</summary>
    /// <returns>The value.</returns>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    /// <summary>Reads a 64-bit integer.</summary>
    /// <returns>The value.</returns>
    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>Reads a 64-bit floating-point number.</summary>
    /// <returns>The value.</returns>
    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>Reads a UUID.</summary>
    /// <returns>The value.</returns>
    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    /// <summary>Reads an unsigned varint of at most 32 bits.</summary>
    /// <returns>The value.</returns>
    public uint ReadUnsignedVarint()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Take(1)[0];

            // The fifth byte has room for four bits. More would not fit, and a sixth byte may not follow.
            if (shift == 28 && next > 0x0f)
                break;
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw Malformed("a varint is longer than 32 bits");
    }

    /// <summary>Reads a zigzag varint of at most 32 bits.</summary>
    /// <returns>The value.</returns>
    public int ReadVarint()
    {
        uint value = ReadUnsignedVarint();
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>Reads a zigzag varint of at most 64 bits.</summary>
    /// <returns>The value.</returns>
    public long ReadVarlong()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Take(1)[0];
            if (shift == 63 && next > 0x01)
                break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return (long)(value >> 1) ^ -(long)(value & 1);
        }

        throw Malformed("a varint is longer than 64 bits");
    }

    /// <summary>Reads a string that may not be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <returns>The value.</returns>
    public string ReadString(bool compact) => ReadNullableString(compact) ?? throw Malformed("a string is null");

    /// <summary>Reads a string that may be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <returns>The value.</returns>
    public string? ReadNullableString(bool compact)
    {
        int length = compact ? ReadCompactLength() : ReadInt16();
        if (!CheckLength(length, WireLimits.StringBytesMax))
            return null;

        ReadOnlySpan<byte> text = Take(length);
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Malformed("a string is not UTF-8");
    }

    /// <summary>Reads bytes that may not be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <returns>A copy of the bytes.</returns>
    public byte[] ReadBytes(bool compact) => ReadNullableBytes(compact) ?? throw Malformed("a byte array is null");

    /// <summary>Reads bytes that may be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <returns>A copy of the bytes.</returns>
    public byte[]? ReadNullableBytes(bool compact)
    {
        int length = compact ? ReadCompactLength() : ReadInt32();
        return CheckLength(length, WireLimits.BytesMax) ? Take(length).ToArray() : null;
    }

    /// <summary>Reads record batches that may not be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <returns>A slice of the reader's buffer, or a copy; the caller owns one reference.</returns>
    public RecordBuffer ReadRecords(bool compact) =>
        ReadNullableRecords(compact) ?? throw Malformed("the record batches are null");

    /// <summary>Reads record batches that may be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <returns>A slice of the reader's buffer, or a copy; the caller owns one reference.</returns>
    public RecordBuffer? ReadNullableRecords(bool compact)
    {
        int length = compact ? ReadCompactLength() : ReadInt32();
        if (!CheckLength(length, WireLimits.BytesMax))
            return null;
        if (length == 0)
            return RecordBuffer.Empty;

        int start = _position;
        ReadOnlySpan<byte> records = Take(length);
        return _source is null ? RecordBuffer.CopyOf(records) : _source.Slice(start, length);
    }

    /// <summary>Reads the length of an array that may not be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <param name="itemBytesMin">The fewest bytes that one item can take.</param>
    /// <returns>The number of items.</returns>
    public int ReadArrayLength(bool compact, int itemBytesMin)
    {
        int length = ReadNullableArrayLength(compact, itemBytesMin);
        return length >= 0 ? length : throw Malformed("an array is null");
    }

    /// <summary>Reads the length of an array that may be null.</summary>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <param name="itemBytesMin">The fewest bytes that one item can take.</param>
    /// <returns>The number of items, or -1 for null.</returns>
    public int ReadNullableArrayLength(bool compact, int itemBytesMin)
    {
        int length = compact ? ReadCompactLength() : ReadInt32();
        if (length == -1)
            return -1;
        if (length < 0 || length > WireLimits.ArrayLengthMax || (long)length * itemBytesMin > Remaining)
            throw Malformed($"an array claims {length} items, and {Remaining} bytes are left");
        return length;
    }

    /// <summary>Reads the byte before a struct that may be null.</summary>
    /// <returns><see langword="true"/> if the struct follows.</returns>
    public bool ReadStructMark() => ReadInt8() switch
    {
        1 => true,
        -1 => false,
        _ => throw Malformed("a struct is neither there nor null"),
    };

    /// <summary>Reads how many tagged fields follow.</summary>
    /// <returns>The number of fields.</returns>
    public int ReadTaggedFieldCount()
    {
        uint count = ReadUnsignedVarint();
        if (count > WireLimits.TaggedFieldsMax || count * 2 > Remaining)
            throw Malformed($"{count} tagged fields are claimed, and {Remaining} bytes are left");
        return (int)count;
    }

    /// <summary>Reads the head of one tagged field.</summary>
    /// <param name="lastTag">The tag before it, or -1: tags come in ascending order. It becomes the tag read.</param>
    /// <returns>The position at which the field must end.</returns>
    public int ReadTaggedFieldHead(ref int lastTag)
    {
        uint tag = ReadUnsignedVarint();
        uint size = ReadUnsignedVarint();
        if (tag > int.MaxValue || (int)tag <= lastTag)
            throw Malformed($"tag {tag} follows tag {lastTag}");
        if (size > Remaining)
            throw Malformed($"a tagged field claims {size} bytes, and {Remaining} are left");
        lastTag = (int)tag;
        return _position + (int)size;
    }

    /// <summary>Checks that a tagged field was as long as its head said.</summary>
    /// <param name="end">What <see cref="ReadTaggedFieldHead"/> returned.</param>
    public readonly void EndTaggedField(int end)
    {
        if (_position != end)
            throw Malformed($"a tagged field ends at byte {_position} instead of byte {end}");
    }

    /// <summary>Reads a tagged field that nobody here knows.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="end">What <see cref="ReadTaggedFieldHead"/> returned.</param>
    /// <param name="fields">The list to add to; it is created when there is none.</param>
    public void ReadUnknownTaggedField(int tag, int end, [NotNull] ref List<UnknownTaggedField>? fields)
    {
        fields ??= [];
        fields.Add(new UnknownTaggedField(tag, Take(end - _position).ToArray()));
    }

    /// <summary>Reads tagged fields and forgets them.</summary>
    public void SkipTaggedFields()
    {
        int lastTag = -1;
        for (int left = ReadTaggedFieldCount(); left > 0; left--)
            Take(ReadTaggedFieldHead(ref lastTag) - _position);
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (Remaining > 0)
            throw Malformed($"{Remaining} bytes follow the end of the message");
    }

    /// <summary>Creates the exception for malformed bytes.</summary>
    /// <param name="fact">What is wrong, as the middle of a sentence.</param>
    /// <returns>The exception, for the caller to throw.</returns>
    public readonly StreamLogException Malformed(string fact) =>
        new(_malformed, $"The bytes are not what the protocol says: {fact} (byte {_position} of {_bytes.Length}).");

    private int ReadCompactLength()
    {
        uint length = ReadUnsignedVarint();
        return length <= int.MaxValue ? (int)length - 1 : throw Malformed("a length exceeds 31 bits");
    }

    // False for null, which is -1; anything else that cannot be is an error.
    private readonly bool CheckLength(int length, int limit)
    {
        if (length == -1)
            return false;
        if (length < 0 || length > limit || length > Remaining)
            throw Malformed($"a length of {length} is claimed, and {Remaining} bytes are left (the limit is {limit})");
        return true;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)Remaining)
            ThrowTooShort(length);
        ReadOnlySpan<byte> taken = _bytes.Slice(_position, length);
        _position += length;
        return taken;
    }

    // Apart, so that Take stays small enough to be inlined.
    [DoesNotReturn]
    private readonly void ThrowTooShort(int length) =>
        throw Malformed($"{length} bytes are needed, and {Remaining} are left");
}
