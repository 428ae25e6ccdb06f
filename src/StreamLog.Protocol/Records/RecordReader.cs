using StreamLog.Protocol.Compression;

namespace StreamLog.Protocol.Records;

/// <summary>Walks the records of one batch.</summary>
/// <remarks>
/// <para>It allocates nothing where the batch is not compressed; otherwise it holds a pooled buffer, which
/// <see cref="Dispose"/> returns. It checks every length and no checksum: <see cref="RecordBatchHeader.HasValidCrc"/>
/// does. Whatever is malformed throws a <see cref="StreamLogException"/> with
/// <see cref="ErrorCode.CorruptMessage"/>.</para>
/// <para>A class cannot keep this reader, but it can keep memory, a position and a <see cref="RecordBatchOrigin"/>, and
/// read with
/// <see cref="TryReadNext"/>.</para>
/// </remarks>
public ref struct RecordReader
{
    /// <summary>How many bytes the records of one compressed batch may have, unless a reader is told
    /// otherwise.</summary>
    /// <remarks>Far above what any producer batches, and low enough that a forged batch takes no process
    /// down.</remarks>
    public const int DefaultMaxBytes = 128 * 1024 * 1024;

    /// <summary>The number of bytes of the smallest record: each of its seven fields takes one.</summary>
    internal const int MinRecordSize = 7;

    private readonly RecordBatchOrigin _origin;
    private readonly ReadOnlySpan<byte> _records;
    private RecordBuffer? _decompressed;
    private int _position;
    private int _left;
    private RecordView _current;

    /// <summary>Creates a reader that stands before the first record.</summary>
    /// <param name="batch">The batch, header and records.</param>
    /// <param name="maxBytes">The most bytes that its records may have once decompressed.</param>
    /// <exception cref="StreamLogException">The batch is malformed, or compressed in a way that is not
    /// available.</exception>
    public RecordReader(ReadOnlySpan<byte> batch, int maxBytes = DefaultMaxBytes)
    {
        RecordBatchHeader header = CheckHeader(batch);
        _origin = new RecordBatchOrigin(header);
        _left = header.RecordCount;
        _records = batch[RecordBatchHeader.Size..];
        if (header.Compression != CompressionType.None && _left > 0)
        {
            _decompressed = CompressionCodecs.Get(header.Compression).Decompress(_records, maxBytes);
            _records = _decompressed.Span;
        }

        if (_left > _records.Length / MinRecordSize)
        {
            Dispose();
            CorruptBatch.Throw($"it claims {_left} records in {_records.Length} bytes");
        }
    }

    /// <summary>Gets the current record. With the next move, or when the reader is disposed, it is gone.</summary>
    public readonly RecordView Current => _current;

    /// <summary>Returns the bytes of a batch's records, decompressed where they are compressed.</summary>
    /// <param name="batch">The batch. The result may be a part of it, with a reference of its own.</param>
    /// <param name="maxBytes">The most bytes that the records may have once decompressed.</param>
    /// <returns>The bytes, for <see cref="TryReadNext"/>. The caller disposes them.</returns>
    /// <exception cref="StreamLogException">The batch is malformed, or compressed in a way that is not
    /// available.</exception>
    public static RecordBuffer Open(RecordBuffer batch, int maxBytes = DefaultMaxBytes)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ReadOnlySpan<byte> bytes = batch.Span;
        RecordBatchHeader header = CheckHeader(bytes);
        return header.Compression == CompressionType.None || header.RecordCount == 0
            ? batch.Slice(RecordBatchHeader.Size, bytes.Length - RecordBatchHeader.Size)
            : CompressionCodecs.Get(header.Compression).Decompress(bytes[RecordBatchHeader.Size..], maxBytes);
    }

    /// <summary>Reads the record that stands at a position.</summary>
    /// <param name="records">The records of a batch, as <see cref="Open"/> returns them.</param>
    /// <param name="position">Where to read. It is moved to the next record.</param>
    /// <param name="origin">What the batch's records count from.</param>
    /// <param name="record">The record.</param>
    /// <returns><see langword="false"/> at the end of the records.</returns>
    /// <exception cref="StreamLogException">The record is malformed.</exception>
    public static bool TryReadNext(
        ReadOnlySpan<byte> records, scoped ref int position, scoped in RecordBatchOrigin origin, out RecordView record)
    {
        if (position == records.Length)
        {
            record = default;
            return false;
        }

        int at = position;
        int bodyLength = Varint.ReadInt32(records, ref at);
        if ((uint)bodyLength > (uint)(records.Length - at))
            CorruptBatch.ThrowLength("record", bodyLength, records.Length - at);

        ReadOnlySpan<byte> body = records.Slice(at, bodyLength);
        position = at + bodyLength;

        at = 1; // The attributes of a record: no bit of them means anything yet.
        long timestampDelta = Varint.ReadInt64(body, ref at);
        int offsetDelta = Varint.ReadInt32(body, ref at);
        if ((uint)offsetDelta > (uint)origin.LastOffsetDelta)
            CorruptBatch.Throw($"a record's offset delta {offsetDelta} lies outside 0 to {origin.LastOffsetDelta}");

        ReadOnlySpan<byte> key = ReadField(body, ref at, out bool hasKey);
        ReadOnlySpan<byte> value = ReadField(body, ref at, out bool hasValue);

        int headerCount = Varint.ReadInt32(body, ref at);
        // A header takes two bytes at least.
        if ((uint)headerCount > (uint)(body.Length - at) / 2)
            CorruptBatch.Throw($"a record claims {headerCount} headers in {body.Length - at} bytes");
        if (headerCount == 0 && at != body.Length)
            CorruptBatch.Throw($"{body.Length - at} bytes follow a record's last field");

        long timestamp = origin.IsLogAppendTime ? origin.BaseTimestamp : origin.BaseTimestamp + timestampDelta;
        record = new RecordView(
            origin.BaseOffset + offsetDelta, timestamp, key, hasKey, value, hasValue, body[at..], headerCount);
        return true;
    }

    /// <summary>Moves to the next record.</summary>
    /// <returns><see langword="false"/> after the last one.</returns>
    /// <exception cref="StreamLogException">The record is malformed.</exception>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            if (_position != _records.Length)
                CorruptBatch.Throw($"{_records.Length - _position} bytes follow its last record");
            return false;
        }

        if (!TryReadNext(_records, ref _position, in _origin, out _current))
            CorruptBatch.Throw($"it ends {_left} records early");
        _left--;
        return true;
    }

    /// <summary>Returns the pooled buffer, if there is one. Records read from it are gone.</summary>
    public void Dispose()
    {
        _decompressed?.Dispose();
        _decompressed = null;
    }

    internal static string UnsupportedMagic(sbyte magic) =>
        $"The record batch has format version {magic}; only 2 is supported. Use a client of Kafka 0.11 or later.";

    private static RecordBatchHeader CheckHeader(ReadOnlySpan<byte> batch)
    {
        RecordBatchHeader header = new(batch);
        if (header.Magic != RecordBatchHeader.CurrentMagic)
            throw new StreamLogException(ErrorCode.UnsupportedForMessageFormat, UnsupportedMagic(header.Magic));
        if (header.SizeInBytes != batch.Length)
        {
            CorruptBatch.Throw(
                $"its length field stands for {header.SizeInBytes} bytes where there are {batch.Length}");
        }

        if (header.RecordCount < 0 || header.LastOffsetDelta < 0)
        {
            CorruptBatch.Throw(
                $"it claims {header.RecordCount} records and a last offset delta of {header.LastOffsetDelta}");
        }

        return header;
    }

    private static ReadOnlySpan<byte> ReadField(ReadOnlySpan<byte> body, scoped ref int at, out bool isThere)
    {
        int length = Varint.ReadInt32(body, ref at);
        isThere = length != -1;
        if (!isThere)
            return default;
        if ((uint)length > (uint)(body.Length - at))
            CorruptBatch.ThrowLength("key or value of a record", length, body.Length - at);

        ReadOnlySpan<byte> field = body.Slice(at, length);
        at += length;
        return field;
    }
}
