namespace StreamLog.Storage;

/// <summary>What one partition remembers of one producer. Guarded by the log's gate.</summary>
internal sealed class ProducerEntry
{
    /// <summary>As many batches as a producer has in flight at most (Kafka's <c>NUM_BATCHES_TO_RETAIN</c>).</summary>
    public const int BatchesMax = 5;

    private readonly ProducerBatch[] _batches = new ProducerBatch[BatchesMax];

    public ProducerEntry(long producerId) => ProducerId = producerId;

    public long ProducerId { get; }

    /// <summary>Gets the producer's epoch, or -1 before anything is known.</summary>
    public short Epoch { get; private set; } = -1;

    /// <summary>Gets the epoch of the coordinator that wrote the last marker, or -1.</summary>
    public int CoordinatorEpoch { get; set; } = -1;

    /// <summary>Gets the first offset of the open transaction, or -1.</summary>
    public long TransactionFirstOffset { get; set; } = -1;

    /// <summary>Gets the offset of the last marker, or -1 where none came since the log was opened. Not kept: it is
    /// compared with what it was a moment ago.</summary>
    public long EndedAt { get; set; } = -1;

    /// <summary>Gets when the producer was last heard of, by this node's clock.</summary>
    public long SeenMs { get; set; }

    /// <summary>Gets how many batches of the epoch are remembered.</summary>
    public int BatchCount { get; private set; }

    /// <summary>Gets the sequence of the last record of the epoch, or -1.</summary>
    public int LastSequence => BatchCount == 0 ? -1 : _batches[BatchCount - 1].LastSequence;

    /// <summary>Gets the remembered batches, the oldest first.</summary>
    public ReadOnlySpan<ProducerBatch> Batches => _batches.AsSpan(0, BatchCount);

    /// <summary>Begins a new epoch, which knows no batches.</summary>
    public void SetEpoch(short epoch)
    {
        if (epoch == Epoch)
            return;
        Epoch = epoch;
        BatchCount = 0;
    }

    public void Add(in ProducerBatch batch)
    {
        if (BatchCount == BatchesMax)
        {
            Array.Copy(_batches, 1, _batches, 0, BatchesMax - 1);
            BatchCount--;
        }

        _batches[BatchCount++] = batch;
    }

    /// <summary>Finds a batch of this epoch by its sequences.</summary>
    public bool TryFind(short epoch, int baseSequence, int lastSequence, out ProducerBatch found)
    {
        for (int i = 0; epoch == Epoch && i < BatchCount; i++)
        {
            found = _batches[i];
            if (found.LastSequence == lastSequence && found.BaseSequence == baseSequence)
                return true;
        }

        found = default;
        return false;
    }
}
