using System.Buffers;
using System.Buffers.Binary;
using StreamLog.Protocol.Compression;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>Builds a batch from a part of the records of another one.</summary>
/// <remarks>
/// Offsets, sequences and the last offset of the batch stay as they were, so that nothing moves for readers or
/// producers. The records are copied byte for byte; only a new delete horizon, which takes the place of the time that
/// timestamps count from, makes them be written anew. For one thread; its memory is used again for each batch.
/// </remarks>
internal sealed class BatchRewriter
{
    private const short CompressionBits = 0x07;
    private const short DeleteHorizonBit = 0x40;

    private readonly List<(int Start, int End)> _kept = [];
    private readonly ArrayBufferWriter<byte> _records = new();
    private readonly ArrayBufferWriter<byte> _batch = new();
    private long _maxTimestamp;

    /// <summary>Gets how many records are kept so far.</summary>
    public int KeptCount => _kept.Count;

    /// <summary>Begins with a new batch, of which nothing is kept yet.</summary>
    public void Begin(RecordBatchHeader header)
    {
        _kept.Clear();
        // With the log's own time it is that of every record, and none of theirs counts.
        _maxTimestamp = header.TimestampType == TimestampType.LogAppendTime ? header.MaxTimestamp : -1;
    }

    /// <summary>Keeps a record.</summary>
    public void Keep(int start, int end, long timestamp)
    {
        _kept.Add((start, end));
        _maxTimestamp = Math.Max(_maxTimestamp, timestamp);
    }

    /// <summary>Keeps all records of a batch.</summary>
    public void KeepAll(ReadOnlySpan<byte> records, RecordBatchHeader header)
    {
        Begin(header);
        RecordBatchOrigin origin = new(header);
        int position = 0;
        for (int i = 0; i < header.RecordCount; i++)
        {
            int start = position;
            if (RecordReader.TryReadNext(records, ref position, in origin, out RecordView record))
                Keep(start, position, record.Timestamp);
        }
    }

    /// <summary>Builds the batch.</summary>
    /// <param name="batch">The batch that it comes from.</param>
    /// <param name="records">The records of that, decompressed.</param>
    /// <param name="deleteHorizonMs">The horizon that it gets now, if it gets one.</param>
    public ReadOnlySpan<byte> Build(ReadOnlySpan<byte> batch, ReadOnlySpan<byte> records, long? deleteHorizonMs)
    {
        RecordBatchHeader header = new(batch);
        long shift = deleteHorizonMs is { } horizon ? unchecked(header.BaseTimestamp - horizon) : 0;
        _records.ResetWrittenCount();
        foreach ((int start, int end) in _kept)
        {
            if (shift == 0)
                _records.Write(records[start..end]);
            else
                RecordTimestamps.Shift(records[start..end], shift, _records);
        }

        _batch.ResetWrittenCount();
        _batch.Write(batch[..RecordBatchHeader.Size]);
        if (header.Compression == CompressionType.None)
            _batch.Write(_records.WrittenSpan);
        else
            CompressionCodecs.Get(header.Compression).Compress(_records.WrittenSpan, _batch);

        Span<byte> built = Writable(_batch);
        if (deleteHorizonMs is { } baseTimestamp)
        {
            BinaryPrimitives.WriteInt64BigEndian(built[RecordBatchHeader.BaseTimestampAt..], baseTimestamp);
            BinaryPrimitives.WriteInt16BigEndian(
                built[RecordBatchHeader.AttributesAt..], (short)(header.Attributes | DeleteHorizonBit));
        }

        BinaryPrimitives.WriteInt64BigEndian(built[RecordBatchHeader.MaxTimestampAt..], _maxTimestamp);
        return Finish(built, _kept.Count);
    }

    /// <summary>Builds the shell of a batch: all of its header, and no record.</summary>
    public ReadOnlySpan<byte> BuildEmpty(ReadOnlySpan<byte> batch)
    {
        RecordBatchHeader header = new(batch);
        _batch.ResetWrittenCount();
        _batch.Write(batch[..RecordBatchHeader.Size]);
        Span<byte> built = Writable(_batch);
        short attributes = (short)(header.Attributes & ~(CompressionBits | DeleteHorizonBit));
        BinaryPrimitives.WriteInt16BigEndian(built[RecordBatchHeader.AttributesAt..], attributes);
        BinaryPrimitives.WriteInt64BigEndian(built[RecordBatchHeader.BaseTimestampAt..], -1);
        return Finish(built, 0);
    }

    private static ReadOnlySpan<byte> Finish(Span<byte> built, int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(
            built[RecordBatchHeader.BatchLengthAt..], built.Length - RecordBatchHeader.LengthPrefix);
        BinaryPrimitives.WriteInt32BigEndian(built[RecordBatchHeader.RecordCountAt..], count);
        RecordBatchHeader.StampCrc(built);
        return built;
    }

    private static Span<byte> Writable(ArrayBufferWriter<byte> writer) =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(writer.WrittenMemory).Span;
}
