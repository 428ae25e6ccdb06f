namespace StreamLog.Cli.Files;

/// <summary>An entry of a <c>.snapshot</c>: a batch that is remembered of an idempotent producer.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="LastSequence">The last sequence number of the batch, or -1.</param>
/// <param name="LastOffset">The last offset of the batch, or -1.</param>
/// <param name="OffsetDelta">How many offsets the batch has beyond its first.</param>
/// <param name="Timestamp">The batch's time, in milliseconds since 1970.</param>
/// <param name="CoordinatorEpoch">The epoch of who wrote its last marker, or -1.</param>
/// <param name="TransactionFirstOffset">Where its open transaction begins, or -1.</param>
internal sealed record ProducerSnapshotEntry(
    long ProducerId,
    short ProducerEpoch,
    int LastSequence,
    long LastOffset,
    int OffsetDelta,
    long Timestamp,
    int CoordinatorEpoch,
    long TransactionFirstOffset);
