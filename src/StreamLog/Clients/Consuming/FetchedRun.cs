using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Consuming;

/// <summary>A run of batches of one partition, as it was fetched, and a place in it.</summary>
/// <remarks>Not thread-safe: it belongs to the line of its partition, then to the reader, then perhaps to a
/// lease.</remarks>
internal sealed class FetchedRun : IDisposable
{
    private readonly TopicPartition _partition;
    private readonly RecordBuffer _bytes;
    private readonly List<FetchResponse.AbortedTransaction>? _abortedTransactions;
    private readonly AbortedRecords? _aborted;

    // The batch being read. Its records stand in _bytes, or, where it was compressed, in _decompressed.
    private int _nextBatch;
    private RecordBuffer? _decompressed;
    private ReadOnlyMemory<byte> _records;
    private int _at;
    private int _lastAt;
    private RecordBatchOrigin _origin;
    private bool _isOpen;

    /// <summary>Takes over fetched bytes.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="bytes">The bytes; their reference is the run's from here on.</param>
    /// <param name="aborted">The transactions whose records are left out, in the order of their first
    /// offsets.</param>
    public FetchedRun(
        TopicPartition partition, RecordBuffer bytes, List<FetchResponse.AbortedTransaction>? aborted = null)
    {
        _partition = partition;
        _bytes = bytes;
        if (aborted is { Count: > 0 })
        {
            _abortedTransactions = aborted;
            _aborted = new AbortedRecords(aborted);
        }
    }

    /// <summary>Gets the number of bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Gets the offset behind the batch opened last; all before it are read once no record is left.</summary>
    public long BatchEnd { get; private set; } = -1;

    /// <summary>Gets the leader's epoch of the batch opened last.</summary>
    public int LeaderEpoch { get; private set; } = -1;

    /// <summary>Gets whose clock stamped the batch opened last.</summary>
    public TimestampType TimestampType { get; private set; }

    /// <summary>Gets the record read last, once more.</summary>
    public RecordView Last
    {
        get
        {
            int at = _lastAt;
            RecordReader.TryReadNext(_records.Span, ref at, in _origin, out RecordView record);
            return record;
        }
    }

    /// <summary>Gets whether the run holds nothing but marks for the log itself, and batches that compaction has
    /// emptied.</summary>
    public bool IsWithoutRecords => TryFindEnd(_bytes.Span, out _, out bool hasRecords) && !hasRecords;

    /// <summary>Gets the offset behind the whole run.</summary>
    public long End => TryFindEnd(_bytes.Span, out long end, out _) ? end : -1;

    /// <summary>Finds the end of the last whole batch.</summary>
    /// <param name="bytes">Fetched bytes.</param>
    /// <param name="end">The offset behind it.</param>
    /// <param name="hasRecords">Whether any batch holds an application's records.</param>
    /// <returns><see langword="false"/> if there is no whole batch.</returns>
    /// <exception cref="StreamLogException">A batch claims a size that none can have.</exception>
    public static bool TryFindEnd(ReadOnlySpan<byte> bytes, out long end, out bool hasRecords)
    {
        end = -1;
        hasRecords = false;
        RecordBatchEnumerator batches = new(bytes);
        while (batches.MoveNext())
        {
            if (batches.Current.Length < RecordBatchHeader.Size)
                continue; // An old format. Reading it says so.
            RecordBatchHeader header = batches.Header;
            end = Math.Max(end, header.NextOffset);
            hasRecords |= !header.IsControl && header.RecordCount > 0;
        }

        return batches.NextPosition > 0;
    }

    /// <summary>Counts the applications' records in a range, by the batches' headers, without those that are left
    /// out.</summary>
    /// <param name="from">The first offset of the range.</param>
    /// <param name="end">The offset behind it.</param>
    /// <returns>How many; of a batch that reaches out of the range, at most as many as have offsets in it.</returns>
    public long CountRecords(long from, long end)
    {
        long count = 0;
        AbortedRecords? aborted = _abortedTransactions is null ? null : new AbortedRecords(_abortedTransactions);
        RecordBatchEnumerator batches = new(_bytes.Span);
        while (batches.MoveNext())
        {
            if (batches.Current.Length < RecordBatchHeader.Size)
                continue;
            RecordBatchHeader header = batches.Header;

            // What is corrupt is told by reading it.
            bool isLeftOut = aborted is not null
                && RecordBatchHeader.HasValidCrc(batches.Current) && aborted.Pass(header, batches.Current);
            if (header.IsControl || isLeftOut)
                continue;
            long inside = Math.Min(header.NextOffset, end) - Math.Max(header.BaseOffset, from);
            count += Math.Clamp(inside, 0, header.RecordCount);
        }

        return count;
    }

    /// <summary>Takes the next record.</summary>
    /// <param name="from">Records before this offset are passed over.</param>
    /// <param name="record">The record, good until the next call.</param>
    /// <returns><see langword="false"/> when there are no more.</returns>
    /// <exception cref="StreamLogException">The bytes are corrupt, or of a kind that is not supported.</exception>
    public bool TryReadNext(long from, out RecordView record)
    {
        try
        {
            while (_isOpen || TryOpenBatch(from))
            {
                ReadOnlySpan<byte> records = _records.Span;
                while (true)
                {
                    _lastAt = _at;
                    if (!RecordReader.TryReadNext(records, ref _at, in _origin, out record))
                        break;
                    if (record.Offset >= from)
                        return true;
                }

                CloseBatch();
            }
        }
        catch (StreamLogException exception)
        {
            throw new StreamLogException(
                exception.ErrorCode,
                $"Partition {_partition} cannot be read at offset {from}: {exception.Message}",
                exception);
        }

        record = default;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseBatch();
        _bytes.Dispose();
    }

    private bool TryOpenBatch(long from)
    {
        ReadOnlySpan<byte> bytes = _bytes.Span;
        int first = _nextBatch;
        RecordBatchEnumerator batches = new(bytes[first..]);
        while (batches.MoveNext())
        {
            ReadOnlySpan<byte> batch = batches.Current;
            int start = first + batches.Position;
            RecordBatchHeader header = Check(batch);
            bool isLeftOut = _aborted is not null && _aborted.Pass(header, batch);

            // Behind it from here on: who comes again after a failure is not to pass a mark twice.
            _nextBatch = start + batch.Length;
            BatchEnd = header.NextOffset;
            if (header.IsControl || isLeftOut || header.NextOffset <= from)
                continue;

            LeaderEpoch = header.PartitionLeaderEpoch;
            TimestampType = header.TimestampType;
            _origin = new RecordBatchOrigin(header);
            if (header.Compression == CompressionType.None)
            {
                _records = _bytes.Memory[(start + RecordBatchHeader.Size).._nextBatch];
            }
            else
            {
                using RecordBuffer whole = _bytes.Slice(start, batch.Length);
                _decompressed = RecordReader.Open(whole);
                _records = _decompressed.Memory;
            }

            _at = 0;
            _isOpen = true;
            return true;
        }

        _nextBatch = first + batches.NextPosition;
        return false;
    }

    private static RecordBatchHeader Check(ReadOnlySpan<byte> batch)
    {
        if (batch.Length <= RecordBatchHeader.MagicAt
            || (sbyte)batch[RecordBatchHeader.MagicAt] != RecordBatchHeader.CurrentMagic)
        {
            throw new StreamLogException(
                ErrorCode.UnsupportedForMessageFormat,
                "the record batch is of an old format. Only that of Kafka 0.11 and later is supported.");
        }

        if (batch.Length < RecordBatchHeader.Size || !RecordBatchHeader.HasValidCrc(batch))
        {
            throw new StreamLogException(
                ErrorCode.CorruptMessage,
                "the record batch does not match its checksum. Read on behind it with SeekAsync, or restore the "
                + "partition.");
        }

        return new RecordBatchHeader(batch);
    }

    private void CloseBatch()
    {
        _isOpen = false;
        _records = default;
        _decompressed?.Dispose();
        _decompressed = null;
    }
}
