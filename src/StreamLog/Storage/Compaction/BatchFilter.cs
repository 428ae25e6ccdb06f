using StreamLog.Protocol;
using StreamLog.Protocol.Compression;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>Decides what of a batch compaction keeps, and builds what is left. No I/O, no clock.</summary>
/// <remarks>
/// <para>Kafka's rules (<c>Cleaner</c>, <c>MemoryRecords.filterTo</c>):</para>
/// <list type="bullet">
/// <item>A record stays if no later one of its key is known.</item>
/// <item>A tombstone that stays gives its batch a delete horizon; after that time it goes.</item>
/// <item>Records of aborted transactions go at once. A marker stays until nothing is left of its transaction, gets a
/// delete horizon then, and goes after it.</item>
/// <item>The last batch of a producer stays, without records if need be: its sequence is needed.</item>
/// </list>
/// <para>For one thread, and for the batches in the order of the log. What it returns is good until the next
/// call.</para>
/// </remarks>
internal sealed class BatchFilter
{
    private readonly OffsetMap _map;
    private readonly FilterRules _rules;
    private readonly CleanedTransactions _transactions;
    private readonly FilterCounts _counts;
    private readonly BatchRewriter _rewriter = new();

    public BatchFilter(OffsetMap map, FilterRules rules, CleanedTransactions transactions, FilterCounts counts)
    {
        _map = map;
        _rules = rules;
        _transactions = transactions;
        _counts = counts;
    }

    /// <summary>Gets the aborted transaction that the last batch has ended, if readers still have to know of
    /// it.</summary>
    public AbortedTransaction? KeptAbort { get; private set; }

    /// <summary>Filters a batch.</summary>
    /// <param name="batch">A whole batch that was checked.</param>
    /// <returns>The batch itself, what is left of it, or nothing.</returns>
    /// <exception cref="StreamLogException">The records are malformed.</exception>
    public ReadOnlySpan<byte> Filter(ReadOnlySpan<byte> batch)
    {
        RecordBatchHeader header = new(batch);
        KeptAbort = null;
        _counts.RecordsRead += header.RecordCount;
        bool isOver = header.HasDeleteHorizon && header.BaseTimestamp <= _rules.NowMs;
        if (header.IsControl)
            return FilterMarker(batch, header, isOver);

        bool isAborted = _transactions.IsAborted(header);
        if (isAborted || header.RecordCount == 0)
            return Emptied(batch, header);

        using RecordBuffer? decompressed = Decompress(batch, header);
        ReadOnlySpan<byte> records =
            decompressed is null ? batch[RecordBatchHeader.Size..] : decompressed.Span;
        bool hasTombstones = Choose(records, header, isOver);
        _counts.RecordsKept += _rewriter.KeptCount;
        if (_rewriter.KeptCount == 0)
            return Emptied(batch, header);

        long? horizon = hasTombstones && !header.HasDeleteHorizon ? _rules.DeleteHorizonMs : null;
        return _rewriter.KeptCount == header.RecordCount && horizon is null
            ? batch
            : _rewriter.Build(batch, records, horizon);
    }

    private ReadOnlySpan<byte> FilterMarker(ReadOnlySpan<byte> batch, RecordBatchHeader header, bool isOver)
    {
        TransactionMarker? marker = header.HasProducerId ? ProducerRecovery.MarkerOf(batch) : null;
        bool isEmpty = _transactions.IsEmpty(header, marker, out AbortedTransaction? kept);
        KeptAbort = kept;
        if (header.RecordCount == 0 || (isEmpty && isOver))
            return Emptied(batch, header);

        _counts.RecordsKept += header.RecordCount;
        if (!isEmpty || header.HasDeleteHorizon)
            return batch;

        using RecordBuffer? decompressed = Decompress(batch, header);
        ReadOnlySpan<byte> records =
            decompressed is null ? batch[RecordBatchHeader.Size..] : decompressed.Span;
        _rewriter.KeepAll(records, header);
        return _rewriter.Build(batch, records, _rules.DeleteHorizonMs);
    }

    // Whether a batch that has lost its records stays as a shell.
    private ReadOnlySpan<byte> Emptied(ReadOnlySpan<byte> batch, RecordBatchHeader header)
    {
        if (!header.HasProducerId || !IsLastOfProducer(header))
            return default;
        return header.RecordCount == 0 ? batch : _rewriter.BuildEmpty(batch);
    }

    private bool IsLastOfProducer(RecordBatchHeader header)
    {
        if (!_rules.Producers.TryGetValue(header.ProducerId, out (short Epoch, long LastOffset) producer))
            return false;
        return producer.LastOffset >= 0
            ? header.LastOffset == producer.LastOffset
            : header.IsControl && header.ProducerEpoch == producer.Epoch;
    }

    private bool Choose(ReadOnlySpan<byte> records, RecordBatchHeader header, bool isOver)
    {
        bool hasTombstones = false;
        int position = 0;
        _rewriter.Begin(header);
        RecordBatchOrigin origin = new(header);
        for (int i = 0; i < header.RecordCount; i++)
        {
            int start = position;
            if (!RecordReader.TryReadNext(records, ref position, in origin, out RecordView record))
                throw Malformed(header, $"{header.RecordCount - i} of its records are missing");
            bool isKept = Keeps(record, isOver);
            if (isKept)
                _rewriter.Keep(start, position, record.Timestamp);
            hasTombstones |= isKept && !record.HasValue;
        }

        return position == records.Length
            ? hasTombstones
            : throw Malformed(header, $"{records.Length - position} bytes follow its last record");
    }

    private bool Keeps(in RecordView record, bool isOver)
    {
        if (record.Offset < _rules.LogStartOffset)
            return false;
        if (record.Offset >= _map.EndOffset)
            return true;
        if (!record.HasKey)
        {
            _counts.KeylessDropped++;
            return false;
        }

        return record.Offset >= _map.Find(record.Key) && (record.HasValue || !isOver);
    }

    private static RecordBuffer? Decompress(ReadOnlySpan<byte> batch, RecordBatchHeader header) =>
        header.Compression == CompressionType.None || header.RecordCount == 0
            ? null
            : CompressionCodecs.Get(header.Compression)
                .Decompress(batch[RecordBatchHeader.Size..], RecordReader.DefaultMaxBytes);

    private static StreamLogException Malformed(RecordBatchHeader header, string fault) => new(
        ErrorCode.CorruptMessage, $"The batch at offset {header.BaseOffset} is malformed: {fault}.");
}
