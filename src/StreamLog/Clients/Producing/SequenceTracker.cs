using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Producing;

/// <summary>The idempotent producer's numbers for one partition: which come next, which are acknowledged, and when to
/// begin anew.</summary>
/// <remarks>
/// <para>Not thread-safe: its queue calls it under its gate. It decides and does nothing else.</para>
/// <para>A log takes a batch only if its sequence follows the last one. When a batch is lost for good, those behind it
/// can never be taken; then the producer raises its epoch, under which sequences begin at zero (Kafka's KIP-360). The
/// epoch is kept for each partition, since a log compares it with nothing but its own records. It is raised only when
/// nothing is under way and every batch that is to be numbered anew is known not to be in the log: a request of the old
/// epoch that comes late is refused.</para>
/// </remarks>
internal sealed class SequenceTracker
{
    // Between the ordinals of two batches there is room for one of each record, in case the first one is split.
    private const long OrdinalStep = 1L << 32;

    private int _nextSequence;
    private int _ackedEnd;
    private long _nextOrdinal;
    private long _ackedOrdinal = -1;
    private bool _hasHole;
    private bool _hasLostState;
    private bool _isFenced;

    /// <summary>Gets the producer's id, or -1 where there is none yet.</summary>
    public long ProducerId { get; private set; } = -1;

    /// <summary>Gets the epoch on this partition.</summary>
    public short Epoch { get; private set; } = -1;

    /// <summary>Gets whether numbers can be given out.</summary>
    public bool HasIdentity => ProducerId >= 0;

    /// <summary>Gets whether the log has a batch of this id and epoch. Before, it takes any sequence for the first
    /// one.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>Gets whether no new batch may be numbered before <see cref="Renew"/>.</summary>
    public bool MustRenew => _hasHole || _hasLostState || _isFenced;

    /// <summary>Tells whether every batch that was sent before one has been acknowledged or given up.</summary>
    /// <param name="batch">The batch, which has just been answered.</param>
    /// <param name="inFlight">Those under way.</param>
    /// <param name="retries">Those to be sent again, in order.</param>
    /// <returns>Whether none before it is in doubt.</returns>
    public static bool IsEarliest(ProducerBatch batch, List<ProducerBatch> inFlight, RetryLine retries) =>
        !inFlight.Exists(other => other.Ordinal < batch.Ordinal)
        && (retries.Count == 0 || retries[0].Ordinal > batch.Ordinal);

    /// <summary>Tells how many batches were numbered since one, itself included.</summary>
    /// <param name="batch">The batch.</param>
    /// <returns>The number. A log tells only so many of the latest from new ones.</returns>
    public int CountSince(ProducerBatch batch) =>
        (int)((_nextOrdinal - batch.Ordinal + OrdinalStep - 1) / OrdinalStep);

    /// <summary>Takes an id and its epoch. Sequences begin at zero, and what went wrong before is over.</summary>
    /// <param name="producerId">The id.</param>
    /// <param name="epoch">The epoch.</param>
    public void Adopt(long producerId, short epoch)
    {
        ProducerId = producerId;
        Epoch = epoch;
        _nextSequence = 0;
        _ackedEnd = 0;
        IsEstablished = false;
        _hasHole = false;
        _hasLostState = false;
        _isFenced = false;
    }

    /// <summary>Gives a batch its place among those of the partition.</summary>
    /// <param name="batch">The batch, which is about to be sent for the first time.</param>
    public void Number(ProducerBatch batch)
    {
        batch.Ordinal = _nextOrdinal;
        _nextOrdinal += OrdinalStep;
        if (HasIdentity)
            Stamp(batch);
    }

    /// <summary>Notes that a batch is in the log.</summary>
    /// <param name="batch">The batch.</param>
    public void Acknowledged(ProducerBatch batch)
    {
        IsEstablished = true;
        if (batch.Ordinal <= _ackedOrdinal)
            return;
        _ackedOrdinal = batch.Ordinal;
        _ackedEnd = RecordBatchHeader.AdvanceSequence(batch.BaseSequence, batch.Count);
    }

    /// <summary>Notes that a numbered batch has been given up.</summary>
    public void GaveUp() => _hasHole |= HasIdentity;

    /// <summary>Notes that the log refused a batch since it misses what came before, although nothing before is under
    /// way.</summary>
    public void LostState() => _hasLostState = true;

    /// <summary>Notes that the log knows a newer epoch of the id.</summary>
    public void Fenced() => _isFenced = true;

    /// <summary>Begins anew where that is needed. Nothing is under way.</summary>
    /// <param name="retries">The batches that are to be sent again, in order; none of them is renumbered without
    /// need.</param>
    /// <returns>Whether the epoch was raised, or the id given up.</returns>
    public bool Renew(IReadOnlyList<ProducerBatch> retries)
    {
        // A hole before batches that are still to be retried shows by itself: the log refuses the first of them, or
        // takes it.
        bool isGap = _hasLostState || (_hasHole && retries.Count == 0 && _ackedEnd != _nextSequence);
        if (retries.Count == 0)
            _hasHole = false;
        if (!isGap && !_isFenced)
            return false;

        if (_isFenced || Epoch == short.MaxValue)
            Adopt(-1, -1);
        else
            Adopt(ProducerId, (short)(Epoch + 1));
        if (HasIdentity)
            StampAll(retries);
        return true;
    }

    /// <summary>Numbers batches anew, in order.</summary>
    /// <param name="batches">The batches, of which none is in the log.</param>
    public void StampAll(IReadOnlyList<ProducerBatch> batches)
    {
        foreach (ProducerBatch batch in batches)
            Stamp(batch);
    }

    private void Stamp(ProducerBatch batch)
    {
        batch.SetProducer(ProducerId, Epoch, _nextSequence);
        _nextSequence = RecordBatchHeader.AdvanceSequence(_nextSequence, batch.Count);
    }
}
