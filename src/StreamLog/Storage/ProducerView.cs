namespace StreamLog.Storage;

/// <summary>What one partition remembers of one producer, as it was a moment ago.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="LastSequence">The sequence of its last record, or -1.</param>
/// <param name="LastTimestamp">The latest timestamp of its last batch, or -1.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that wrote its last marker, or -1.</param>
/// <param name="TransactionFirstOffset">The first offset of its open transaction, or -1.</param>
internal readonly record struct ProducerView(
    long ProducerId,
    short Epoch,
    int LastSequence,
    long LastTimestamp,
    int CoordinatorEpoch,
    long TransactionFirstOffset)
{
    /// <summary>Takes a picture. Under the log's gate.</summary>
    public static ProducerView Of(ProducerEntry entry) => new(
        entry.ProducerId,
        entry.Epoch,
        entry.LastSequence,
        entry.BatchCount == 0 ? -1 : entry.Batches[^1].Timestamp,
        entry.CoordinatorEpoch,
        entry.TransactionFirstOffset);
}
