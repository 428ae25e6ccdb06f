using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamLog.Protocol.Wire;

/// <summary>Writes Kafka's primitive types, one after the other, into a pooled buffer that grows.</summary>
/// <remarks>
/// <para>It lives on the stack of one thread and goes from method to method by reference. Whoever created it disposes
/// it, unless <see cref="Detach"/> has handed the bytes over.</para>
/// <para><c>compact</c> chooses between the two encodings of a length: a varint of the length plus one, in flexible
/// versions, or a fixed 16 or 32 bits.</para>
/// </remarks>
public ref struct WireWriter
{
    private byte[] _buffer;
    private int _position;

    /// <summary>Creates a writer.</summary>
    /// <param name="capacity">How many bytes to expect. The buffer grows beyond it where it must.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    public WireWriter(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>Gets how many bytes have been written.</summary>
    public readonly int Position => _position;

    /// <summary>Gets what has been written. The next write may move it.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _position);

    /// <summary>Hands the bytes over. The writer is empty afterwards, and disposing it is harmless.</summary>
    /// <returns>The bytes, with one reference for the caller.</returns>
    public RecordBuffer Detach()
    {
        RecordBuffer written = RecordBuffer.TakeOver(_buffer, _position);
        _buffer = [];
        _position = 0;
        return written;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _position = 0;
        if (buffer is { Length: > 0 })
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Writes a boolean.</summary>
    /// <param name="value">The value.</param>
    public void WriteBoolean(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes an 8-bit integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInt8(sbyte value) => Take(1)[0] = (byte)value;

    /// <summary>Writes a 16-bit integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);

    /// <summary>Writes an error code. What is StreamLog's own is written as the one of Kafka's that comes closest, so
    /// that Kafka's clients know what to do.</summary>
    /// <param name="value">The error.</param>
    public void WriteErrorCode(ErrorCode value) =>
        WriteInt16((short)(value == ErrorCode.StorageFull ? ErrorCode.KafkaStorageError : value));

    /// <summary>Writes an unsigned 16-bit integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);

    /// <summary>Writes a 32-bit integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    /// <summary>Writes an unsigned 32-bit integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);

    /// <summary>Writes a 64-bit integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    /// <summary>Writes a 64-bit floating-point number.</summary>
    /// <param name="value">The value.</param>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Take(sizeof(double)), value);

    /// <summary>Writes a UUID.</summary>
    /// <param name="value">The value.</param>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    /// <summary>Writes bytes as they are, without a length.</summary>
    /// <param name="bytes">The bytes.</param>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes an unsigned varint.</summary>
    /// <param name="value">The value.</param>
    public void WriteUnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Take(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Take(1)[0] = (byte)value;
    }

    /// <summary>Writes a zigzag varint.</summary>
    /// <param name="value">The value.</param>
    public void WriteVarint(int value) => WriteUnsignedVarint((uint)((value << 1) ^ (value >> 31)));

    /// <summary>Writes a zigzag varint of up to 64 bits.</summary>
    /// <param name="value">The value.</param>
    public void WriteVarlong(long value)
    {
        ulong left = (ulong)((value << 1) ^ (value >> 63));
        while (left >= 0x80)
        {
            Take(1)[0] = (byte)(left | 0x80);
            left >>= 7;
        }

        Take(1)[0] = (byte)left;
    }

    /// <summary>Writes a string or null.</summary>
    /// <param name="value">The value.</param>
    /// <param name="compact">Whether the length is a varint.</param>
    /// <exception cref="StreamLogException">The string is longer than the protocol allows.</exception>
    public void WriteString(string? value, bool compact)
    {
        int length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (length > WireLimits.StringBytesMax)
        {
            throw new StreamLogException(
                ErrorCode.InvalidRequest,
                $"A string of {length} bytes exceeds the protocol's {WireLimits.StringBytesMax}. Make it shorter.");
        }

        if (compact)
            WriteUnsignedVarint((uint)(length + 1));
        else
            WriteInt16((short)length);
        if (value is not null)
            Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>Writes bytes or null.</summary>
    /// <param name="value">The bytes.</param>
    /// <param name="compact">Whether the length is a varint.</param>
    public void WriteBytes(byte[]? value, bool compact)
    {
        WriteArrayLength(value?.Length ?? -1, compact);
        WriteRaw(value);
    }

    /// <summary>Writes record batches or null. They are copied.</summary>
    /// <param name="value">The batches. The caller keeps its reference.</param>
    /// <param name="compact">Whether the length is a varint.</param>
    public void WriteRecords(RecordBuffer? value, bool compact)
    {
        WriteArrayLength(value?.Length ?? -1, compact);
        if (value is not null)
            WriteRaw(value.Span);
    }

    /// <summary>Writes the length of an array.</summary>
    /// <param name="length">The number of items, or -1 for null.</param>
    /// <param name="compact">Whether the length is a varint.</param>
    public void WriteArrayLength(int length, bool compact)
    {
        if (compact)
            WriteUnsignedVarint((uint)(length + 1));
        else
            WriteInt32(length);
    }

    /// <summary>Writes the byte before a struct that may be null.</summary>
    /// <param name="isThere">Whether the struct follows.</param>
    public void WriteStructMark(bool isThere) => WriteInt8(isThere ? (sbyte)1 : (sbyte)-1);

    /// <summary>Writes how many tagged fields follow.</summary>
    /// <param name="known">How many the version knows.</param>
    /// <param name="unknown">Those it does not know.</param>
    public void WriteTaggedFieldCount(int known, List<UnknownTaggedField>? unknown) =>
        WriteUnsignedVarint((uint)(known + (unknown?.Count ?? 0)));

    /// <summary>Writes the unknown tagged fields that come before a tag.</summary>
    /// <param name="fields">All unknown fields, in the order of their tags.</param>
    /// <param name="next">The first one that is not written yet. It moves on.</param>
    /// <param name="tag">The tag to stop before; the highest integer to write all.</param>
    /// <exception cref="StreamLogException">The fields are out of order, or one has a known tag.</exception>
    public void WriteUnknownTaggedFields(List<UnknownTaggedField>? fields, ref int next, int tag)
    {
        for (; fields is not null && next < fields.Count && fields[next].Tag <= tag; next++)
        {
            UnknownTaggedField field = fields[next];
            if (field.Tag == tag || field.Tag < 0 || (next > 0 && field.Tag <= fields[next - 1].Tag))
            {
                throw new StreamLogException(
                    ErrorCode.InvalidRequest,
                    $"The unknown tagged field {field.Tag} is not in order, or the tag is taken. Remove it.");
            }

            WriteUnsignedVarint((uint)field.Tag);
            WriteUnsignedVarint((uint)field.Bytes.Length);
            WriteRaw(field.Bytes.Span);
        }
    }

    /// <summary>Begins a tagged field.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The mark that <see cref="EndTaggedField"/> wants.</returns>
    public int BeginTaggedField(int tag)
    {
        WriteUnsignedVarint((uint)tag);

        // Most values are shorter than 128 bytes, and their size fits the one byte left here.
        Take(1);
        return _position;
    }

    /// <summary>Ends a tagged field: its size is written before it.</summary>
    /// <param name="mark">What <see cref="BeginTaggedField"/> returned.</param>
    public void EndTaggedField(int mark)
    {
        int size = _position - mark;
        int sizeBytes = 1;
        for (int left = size >> 7; left > 0; left >>= 7)
            sizeBytes++;

        if (sizeBytes > 1)
        {
            Take(sizeBytes - 1);
            _buffer.AsSpan(mark, size).CopyTo(_buffer.AsSpan(mark + sizeBytes - 1));
        }

        int end = _position;
        _position = mark - 1;
        WriteUnsignedVarint((uint)size);
        _position = end;
    }

    private Span<byte> Take(int length)
    {
        if (length > _buffer.Length - _position)
            Grow(length);
        Span<byte> taken = _buffer.AsSpan(_position, length);
        _position += length;
        return taken;
    }

    private void Grow(int length)
    {
        int needed = checked(_position + length);
        byte[] grown = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(_buffer.Length * 2L, needed, Array.MaxLength));
        _buffer.AsSpan(0, _position).CopyTo(grown);
        byte[] old = _buffer;
        _buffer = grown;
        if (old.Length > 0)
            ArrayPool<byte>.Shared.Return(old);
    }
}
