using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamLog.Protocol.Compression;

namespace StreamLog.Protocol.Records;

/// <summary>One open batch, which records are written into as they come, with nothing in between.</summary>
/// <remarks>
/// <para>The buffer is pooled and grows. <see cref="Build"/> hands it over and leaves the builder empty, ready for the
/// next batch. A record allocates nothing. Not thread-safe.</para>
/// <para>A record is laid out as length, attributes, timestamp delta, offset delta, key length, key, value length,
/// value, header count, headers; the numbers are <see cref="Varint"/>s, in as few bytes as they can have. A serializer
/// does not say beforehand how much it will write, so the place of a length is kept as wide as the last one was, and
/// what follows is moved in the rare case that this was wrong.</para>
/// </remarks>
public sealed class RecordBatchBuilder : IDisposable
{
    // Attributes, two deltas, and the widest lengths of the record, its key, its value and its headers.
    private const int MaxOverhead = 1 + Varint.MaxInt64Size + (5 * Varint.MaxInt32Size);

    // What must be free behind a field when its length is set: that length may turn out wider, so may the record's, and
    // the place kept for the next field's length or the number of headers follows.
    private const int FieldOverhead = 3 * Varint.MaxInt32Size;

    private const uint NullLength = 1; // -1, zigzagged.

    private readonly PooledBufferWriter _bytes = new(int.MaxValue, ErrorCode.MessageTooLarge);
    private readonly CompressionType _compression;
    private readonly int _sizeLimit;

    // The next batch will probably be as large as the last one was.
    private int _expectedSize;

    // How wide the lengths of the last record were that a serializer wrote.
    private int _recordLengthSize = 1;
    private int _keyLengthSize = 1;
    private int _valueLengthSize = 1;

    private int _count;

    // Before it stand the header's place and whole records. What lies behind it, up to the writer's position, is of a
    // record that is being written, or that was given up: the next one is written over it.
    private int _end;

    // The checksum of the records before _hashedEnd, or of none where that is 0.
    private uint _recordsCrc;
    private int _hashedEnd;

    private long _baseTimestamp;
    private long _maxTimestamp;

    private long _producerId = -1;
    private short _producerEpoch = -1;
    private int _baseSequence = -1;
    private short _attributes;

    /// <summary>Creates an empty builder.</summary>
    /// <param name="sizeLimit">How many bytes, uncompressed and with its header, a batch may have. One record is always
    /// taken.</param>
    /// <param name="compression">How <see cref="Build"/> compresses the records.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public RecordBatchBuilder(int sizeLimit, CompressionType compression = CompressionType.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizeLimit);
        _sizeLimit = sizeLimit;
        _compression = compression;
        Reset();
    }

    /// <summary>Gets the number of records.</summary>
    public int Count => _count;

    /// <summary>Gets the number of bytes that the batch would have uncompressed, its header included.</summary>
    public int SizeInBytes => _end;

    /// <summary>Gets whether there are no records.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Gets the latest timestamp, in Unix milliseconds; -1 while there are no records.</summary>
    public long MaxTimestamp => _count == 0 ? -1 : _maxTimestamp;

    /// <summary>Gets or sets whether the batch holds marks for the log itself.</summary>
    internal bool IsControl
    {
        get => (_attributes & RecordBatchHeader.ControlBit) != 0;
        set => SetAttribute(RecordBatchHeader.ControlBit, value);
    }

    /// <summary>Appends a record of bytes.</summary>
    /// <param name="timestamp">The time, in Unix milliseconds; -1 for none.</param>
    /// <param name="key">The key.</param>
    /// <param name="hasKey">Whether there is one: an empty key is not the same as none.</param>
    /// <param name="value">The value.</param>
    /// <param name="hasValue">Whether there is one: an empty value is not the same as none.</param>
    /// <param name="headers">The headers; <see langword="null"/> for none.</param>
    /// <returns><see langword="false"/> if the batch has records and this one would take it over its limit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is below -1.</exception>
    /// <exception cref="StreamLogException">The record exceeds what any batch can hold.</exception>
    /// <exception cref="ObjectDisposedException">The builder was disposed.</exception>
    public bool TryAppend(
        long timestamp, ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> value, bool hasValue,
        RecordHeaders? headers)
    {
        if (timestamp < -1)
            ThrowTimestamp(timestamp);

        int count = _count;
        long baseTimestamp = count == 0 ? timestamp : _baseTimestamp;
        ulong timestampDelta = Varint.ZigZag(timestamp - baseTimestamp);
        uint offsetDelta = (uint)count << 1;
        uint keyLength = hasKey ? (uint)key.Length << 1 : NullLength;
        uint valueLength = hasValue ? (uint)value.Length << 1 : NullLength;
        int keyBytes = hasKey ? key.Length : 0;
        int valueBytes = hasValue ? value.Length : 0;

        long body = 1L + Varint.SizeOf(timestampDelta) + Varint.SizeOf(offsetDelta) + Varint.SizeOf(keyLength)
            + keyBytes + Varint.SizeOf(valueLength) + valueBytes
            + (headers is null ? 1 : RecordHeadersWriter.SizeOf(headers));
        if (!HasRoom(body))
            return false;

        ref byte start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes.Array), _end);
        ref byte at = ref Varint.Write(ref start, (uint)body << 1);
        at = 0; // The attributes of a record: none are defined.
        at = ref Varint.Write(ref Unsafe.Add(ref at, 1), timestampDelta);
        at = ref Varint.Write(ref at, offsetDelta);
        at = ref Varint.Write(ref at, keyLength);
        Unsafe.CopyBlockUnaligned(ref at, ref MemoryMarshal.GetReference(key), (uint)keyBytes);
        at = ref Varint.Write(ref Unsafe.Add(ref at, keyBytes), valueLength);
        Unsafe.CopyBlockUnaligned(ref at, ref MemoryMarshal.GetReference(value), (uint)valueBytes);
        at = ref Unsafe.Add(ref at, valueBytes);
        _bytes.Position = _end + (int)Unsafe.ByteOffset(ref start, ref at);
        WriteHeaders(headers);
        Take(timestamp, baseTimestamp);
        return true;
    }

    /// <summary>Appends a record whose key and value are serialized into the batch itself.</summary>
    /// <typeparam name="TKey">The type of the key.</typeparam>
    /// <typeparam name="TValue">The type of the value.</typeparam>
    /// <param name="timestamp">The time, in Unix milliseconds; -1 for none.</param>
    /// <param name="key">The key; <see langword="null"/> for none.</param>
    /// <param name="keySerializer">Writes the key.</param>
    /// <param name="value">The value; <see langword="null"/> for none.</param>
    /// <param name="valueSerializer">Writes the value.</param>
    /// <param name="headers">The headers; <see langword="null"/> for none.</param>
    /// <returns><see langword="false"/> if the batch has records and this one would take it over its limit.</returns>
    /// <exception cref="ArgumentNullException">A serializer is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is below -1.</exception>
    /// <exception cref="StreamLogException">The record exceeds what any batch can hold.</exception>
    /// <exception cref="ObjectDisposedException">The builder was disposed.</exception>
    /// <remarks>What a serializer throws goes to the caller, and the batch is as it was before.</remarks>
    public bool TryAppend<TKey, TValue>(
        long timestamp, TKey key, ISerializer<TKey> keySerializer, TValue value, ISerializer<TValue> valueSerializer,
        RecordHeaders? headers)
    {
        ArgumentNullException.ThrowIfNull(keySerializer);
        ArgumentNullException.ThrowIfNull(valueSerializer);
        if (timestamp < -1)
            ThrowTimestamp(timestamp);

        int start = _end;
        long baseTimestamp = _count == 0 ? timestamp : _baseTimestamp;
        _bytes.Position = start;
        EnsureRoom(MaxOverhead);
        int bodyStart = start + _recordLengthSize;
        ref byte body = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes.Array), bodyStart);
        body = 0;
        ref byte at = ref Varint.Write(ref Unsafe.Add(ref body, 1), Varint.ZigZag(timestamp - baseTimestamp));
        at = ref Varint.Write(ref at, (uint)_count << 1);
        _bytes.Position = bodyStart + (int)Unsafe.ByteOffset(ref body, ref at);

        WriteField(key, keySerializer, ref _keyLengthSize);
        WriteField(value, valueSerializer, ref _valueLengthSize);
        WriteHeaders(headers);
        SetLength(start, ref _recordLengthSize);
        if (_bytes.Position > _sizeLimit && _count > 0)
            return false;

        Take(timestamp, baseTimestamp);
        return true;
    }

    /// <summary>Says which producer the batch comes from. It may be set at any time before
    /// <see cref="Build"/>.</summary>
    /// <param name="id">The producer's id; -1 for none.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="baseSequence">The number of the first record.</param>
    /// <param name="transactional">Whether the batch is part of a transaction.</param>
    public void SetProducer(long id, short epoch, int baseSequence, bool transactional)
    {
        _producerId = id;
        _producerEpoch = epoch;
        _baseSequence = baseSequence;
        SetAttribute(RecordBatchHeader.TransactionalBit, transactional);
    }

    /// <summary>Hashes the records that are there. <see cref="Build"/> then has less to do, if none follow.</summary>
    /// <remarks>For a batch that one thread fills and another builds: the records lie in the first one's
    /// cache.</remarks>
    public void HashRecords()
    {
        if (_compression != CompressionType.None || _count == 0)
            return;
        _recordsCrc = Crc32C.Compute(_bytes.Array.AsSpan(RecordBatchHeader.Size.._end));
        _hashedEnd = _end;
    }

    /// <summary>Closes the batch, with base offset 0 and leader epoch -1, and leaves the builder empty.</summary>
    /// <returns>The bytes. The caller disposes them.</returns>
    /// <exception cref="InvalidOperationException">There are no records.</exception>
    /// <exception cref="StreamLogException">There is no codec for the compression; the builder keeps its
    /// records.</exception>
    public RecordBuffer Build()
    {
        if (_count == 0)
            throw new InvalidOperationException("A batch without records cannot be built. Append one first.");

        _bytes.Position = _end;
        _expectedSize = _end;
        RecordBuffer batch;
        if (_compression == CompressionType.None)
        {
            Finish(_bytes.Array.AsSpan(0, _end));
            batch = _bytes.Detach();
            batch.IsChecksumFresh = true;
        }
        else
        {
            using PooledBufferWriter compressed = new(int.MaxValue, ErrorCode.MessageTooLarge);
            compressed.EnsureRoom(RecordBatchHeader.Size);
            compressed.Position = RecordBatchHeader.Size;
            CompressionCodecs.Get(_compression)
                .Compress(_bytes.Array.AsSpan(RecordBatchHeader.Size.._end), compressed);
            Finish(compressed.Array.AsSpan(0, compressed.Position));
            batch = compressed.Detach();
            batch.IsChecksumFresh = true;
        }

        Reset();
        return batch;
    }

    /// <summary>Drops all records and the producer. The memory is kept for the next batch.</summary>
    public void Reset()
    {
        _count = 0;
        _hashedEnd = 0;
        _end = RecordBatchHeader.Size; // Reserved, though there may be no array yet.
        _attributes = (short)_compression;
        _producerId = -1;
        _producerEpoch = -1;
        _baseSequence = -1;
    }

    /// <summary>Returns the memory to its pool. Nothing can be appended any more.</summary>
    public void Dispose()
    {
        _count = 0;
        _bytes.Dispose();
    }

    [DoesNotReturn]
    private static void ThrowTimestamp(long timestamp) => throw new ArgumentOutOfRangeException(
        nameof(timestamp), timestamp, "A timestamp is a number of milliseconds since 1970, or -1 for none.");

    [DoesNotReturn]
    private static void ThrowTooLarge(long size) => throw new StreamLogException(
        ErrorCode.MessageTooLarge, $"A record of {size} bytes is larger than any batch can be.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasRoom(long body)
    {
        long size = body + Varint.SizeOf((ulong)body << 1);
        return size <= Math.Min(_sizeLimit, _bytes.Array.Length) - _end || MakeRoom(size);
    }

    private bool MakeRoom(long size)
    {
        if (_count > 0 && size > _sizeLimit - _end)
            return false;

        _bytes.Position = _end;
        EnsureRoom(size);
        return true;
    }

    private void EnsureRoom(long size)
    {
        if (size <= _bytes.Array.Length - _bytes.Position)
            return;
        if (size > Array.MaxLength)
            ThrowTooLarge(size);

        // The first array is as large as the last batch became. All later ones double.
        _bytes.EnsureRoom(_bytes.Array.Length > 0 ? (int)size : (int)Math.Max(size, _expectedSize - _bytes.Position));
    }

    private void WriteField<T>(T value, ISerializer<T> serializer, ref int lengthSize)
    {
        if (value is null)
        {
            _bytes.Array[_bytes.Position++] = (byte)NullLength;
            return;
        }

        int start = _bytes.Position;
        _bytes.Position = start + lengthSize;
        serializer.Serialize(value, _bytes);
        EnsureRoom(FieldOverhead);
        SetLength(start, ref lengthSize);
    }

    /// <summary>Writes the length of what stands behind a place that was kept for it, and moves that if the place was
    /// wrong.</summary>
    private void SetLength(int start, ref int lengthSize)
    {
        int from = start + lengthSize;
        int length = _bytes.Position - from;
        uint zigzagged = (uint)length << 1;
        int size = Varint.SizeOf(zigzagged);
        if (size != lengthSize)
        {
            _bytes.Array.AsSpan(from, length).CopyTo(_bytes.Array.AsSpan(start + size));
            _bytes.Position += size - lengthSize;
            lengthSize = size;
        }

        Varint.Write(ref _bytes.Array[start], zigzagged);
    }

    private void WriteHeaders(RecordHeaders? headers)
    {
        if (headers is null || headers.Count == 0)
        {
            _bytes.Array[_bytes.Position++] = 0;
        }
        else
        {
            EnsureRoom(RecordHeadersWriter.SizeOf(headers) + FieldOverhead);
            _bytes.Position += RecordHeadersWriter.Write(headers, _bytes.Array.AsSpan(_bytes.Position));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(long timestamp, long baseTimestamp)
    {
        if (_count == 0 || timestamp > _maxTimestamp)
            _maxTimestamp = timestamp;
        _baseTimestamp = baseTimestamp;
        _end = _bytes.Position;
        _count++;
    }

    private void SetAttribute(short bit, bool isSet) =>
        _attributes = (short)(isSet ? _attributes | bit : _attributes & ~bit);

    private void Finish(Span<byte> batch)
    {
        RecordBatchHeader.Stamp(batch, baseOffset: 0, leaderEpoch: -1);
        BinaryPrimitives.WriteInt32BigEndian(
            batch[RecordBatchHeader.BatchLengthAt..], batch.Length - RecordBatchHeader.LengthPrefix);
        batch[RecordBatchHeader.MagicAt] = (byte)RecordBatchHeader.CurrentMagic;
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.AttributesAt..], _attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.LastOffsetDeltaAt..], _count - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseTimestampAt..], _baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampAt..], _maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.ProducerIdAt..], _producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.ProducerEpochAt..], _producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BaseSequenceAt..], _baseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.RecordCountAt..], _count);
        if (_hashedEnd == _end && _compression == CompressionType.None)
        {
            uint header = Crc32C.Compute(batch[RecordBatchHeader.AttributesAt..RecordBatchHeader.Size]);
            BinaryPrimitives.WriteUInt32BigEndian(
                batch[RecordBatchHeader.CrcAt..],
                Crc32C.Combine(header, _recordsCrc, batch.Length - RecordBatchHeader.Size));
        }
        else
        {
            RecordBatchHeader.StampCrc(batch);
        }
    }
}
