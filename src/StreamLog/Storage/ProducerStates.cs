using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>What a log remembers of its producers, so that no batch is appended twice or out of order.</summary>
/// <remarks>
/// A pure function of the log: the newest snapshot and the batches behind it give it again. Guarded by the log's gate.
/// The rules are Kafka's (<c>ProducerAppendInfo</c>).
/// </remarks>
internal sealed class ProducerStates
{
    private readonly Dictionary<long, ProducerEntry> _producers = [];
    private readonly OpenTransactions _transactions = new();

    public int Count => _producers.Count;

    public IEnumerable<ProducerEntry> Entries => _producers.Values;

    /// <summary>Gets the first offset of the oldest open transaction, or <see langword="null"/>.</summary>
    public long? FirstOpenTransactionOffset => _transactions.First;

    /// <summary>Returns the offset below which no transaction is open, nor ended beyond the high watermark.</summary>
    public long LastStableOffset(long highWatermark) => _transactions.LastStableOffset(highWatermark);

    /// <summary>Gets whether readers need not care for transactions. Any thread may ask, without the gate, once it has
    /// read the high watermark.</summary>
    public bool HasNoTransactions => _transactions.IsEmpty;

    /// <summary>Tells whether a producer has a transaction open here, and at which mark its last one ended.</summary>
    /// <returns>The epoch of the open one or -1, and the offset of the mark or -1.</returns>
    public (short OpenEpoch, long EndedAt) TransactionOf(long producerId) =>
        _producers.TryGetValue(producerId, out ProducerEntry? entry)
            ? (entry.TransactionFirstOffset >= 0 ? entry.Epoch : (short)-1, entry.EndedAt)
            : ((short)-1, -1);

    /// <summary>Decides whether a marker may be appended, which a coordinator may not whose lead has been given to
    /// another since.</summary>
    public ProducerVerdict CheckMarker(RecordBatchHeader batch, TransactionMarker? marker) =>
        marker is { } end && _producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry)
            && end.CoordinatorEpoch < entry.CoordinatorEpoch
            ? new ProducerVerdict(
                ErrorCode.TransactionCoordinatorFenced,
                $"A coordinator of epoch {end.CoordinatorEpoch} ends a transaction of producer {batch.ProducerId}, " +
                $"and one of epoch {entry.CoordinatorEpoch} has ended another since.",
                null)
            : default;

    /// <summary>Decides whether a batch may be appended that was verified to be of its producer's transaction when the
    /// last one had ended at a mark. Without this, one that comes late would begin a transaction that nobody
    /// ends.</summary>
    public ProducerVerdict CheckVerified(RecordBatchHeader batch, long verifiedAt)
    {
        (short openEpoch, long endedAt) = TransactionOf(batch.ProducerId);
        return !batch.IsTransactional || openEpoch >= 0 || endedAt == verifiedAt
            ? default
            : new ProducerVerdict(
                ErrorCode.InvalidTransactionState,
                $"The transaction of producer {batch.ProducerId} ended at offset {endedAt}, before this batch came. " +
                "Begin another one.",
                null);
    }

    /// <summary>Copies what compaction must keep for each producer: its epoch, and the last offset of its last batch or
    /// -1.</summary>
    public Dictionary<long, (short Epoch, long LastOffset)> LastBatches()
    {
        Dictionary<long, (short, long)> last = new(_producers.Count);
        foreach (ProducerEntry entry in _producers.Values)
            last.Add(entry.ProducerId, (entry.Epoch, entry.BatchCount == 0 ? -1 : entry.Batches[^1].LastOffset));
        return last;
    }

    /// <summary>Decides about a batch that its producer wants appended.</summary>
    public ProducerVerdict Check(RecordBatchHeader batch, AppendOrigin origin)
    {
        if (!batch.HasProducerId || !_producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry))
            return default; // Nothing is known of it, perhaps because it was deleted: any sequence may begin.

        if (batch.ProducerEpoch < entry.Epoch)
        {
            return new ProducerVerdict(
                ErrorCode.InvalidProducerEpoch,
                $"Producer {batch.ProducerId} sent epoch {batch.ProducerEpoch}, and a newer one with epoch " +
                $"{entry.Epoch} has " +
                "appended since. Stop this producer.",
                null);
        }

        if (batch.IsControl || origin != AppendOrigin.Client)
            return default;
        if (entry.TryFind(batch.ProducerEpoch, batch.BaseSequence, batch.LastSequence, out ProducerBatch duplicate))
            return new ProducerVerdict(ErrorCode.None, null, duplicate);
        if (entry.TransactionFirstOffset >= 0 && batch.ProducerEpoch == entry.Epoch && !batch.IsTransactional)
        {
            return new ProducerVerdict(
                ErrorCode.InvalidTransactionState,
                $"Producer {batch.ProducerId} has an open transaction here and sent a batch outside of it. End it " +
                $"first.",
                null);
        }

        int expected = batch.ProducerEpoch != entry.Epoch || entry.LastSequence < 0
            ? 0
            : RecordBatchHeader.AdvanceSequence(entry.LastSequence, 1);
        if (batch.BaseSequence == expected || entry.Epoch < 0)
            return default;

        return new ProducerVerdict(
            ErrorCode.OutOfOrderSequenceNumber,
            $"Producer {batch.ProducerId} (epoch {batch.ProducerEpoch}) sent sequence {batch.BaseSequence} where " +
            $"{expected} must " +
            "follow: a batch before it is missing.",
            null);
    }

    /// <summary>Notes a batch that is in the log.</summary>
    /// <param name="batch">Its header, with the offset it got.</param>
    /// <param name="marker">What it says, where it ends a transaction.</param>
    /// <param name="nowMs">The node's time.</param>
    /// <returns>The transaction that it has aborted, if it has.</returns>
    public AbortedTransaction? Add(RecordBatchHeader batch, TransactionMarker? marker, long nowMs)
    {
        if (!batch.HasProducerId)
            return null;
        if (!_producers.TryGetValue(batch.ProducerId, out ProducerEntry? entry))
            _producers.Add(batch.ProducerId, entry = new ProducerEntry(batch.ProducerId));

        entry.SeenMs = nowMs;
        if (batch.ProducerEpoch >= entry.Epoch)
            entry.SetEpoch(batch.ProducerEpoch);
        if (batch.IsControl)
            return End(entry, batch.LastOffset, marker);

        entry.Add(new ProducerBatch(batch.LastSequence, batch.LastOffset, batch.LastOffsetDelta, batch.MaxTimestamp));
        if (batch.IsTransactional && entry.TransactionFirstOffset < 0)
        {
            entry.TransactionFirstOffset = batch.BaseOffset;
            _transactions.Begin(batch.BaseOffset, entry.ProducerId);
        }

        return null;
    }

    /// <summary>Takes over an entry of a snapshot, as it is.</summary>
    public void Restore(ProducerEntry entry)
    {
        _producers[entry.ProducerId] = entry;
        if (entry.TransactionFirstOffset >= 0)
            _transactions.Begin(entry.TransactionFirstOffset, entry.ProducerId);
    }

    /// <summary>Forgets producers that were last heard of before a time and have no transaction open.</summary>
    public void Expire(long beforeMs)
    {
        foreach (KeyValuePair<long, ProducerEntry> producer in _producers)
        {
            if (producer.Value.SeenMs < beforeMs && producer.Value.TransactionFirstOffset < 0)
                _producers.Remove(producer.Key); // A dictionary allows removal while it is walked.
        }
    }

    private AbortedTransaction? End(ProducerEntry entry, long offset, TransactionMarker? marker)
    {
        entry.CoordinatorEpoch = Math.Max(entry.CoordinatorEpoch, marker?.CoordinatorEpoch ?? -1);
        entry.EndedAt = offset;
        long firstOffset = entry.TransactionFirstOffset;
        if (firstOffset < 0)
            return null; // It had no record here, or none that compaction has left.

        entry.TransactionFirstOffset = -1;
        long lastStableOffset = _transactions.End(firstOffset, offset);
        return marker is { IsAbort: true }
            ? new AbortedTransaction(entry.ProducerId, firstOffset, offset, lastStableOffset)
            : null;
    }
}
