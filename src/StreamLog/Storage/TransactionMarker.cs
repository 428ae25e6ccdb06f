namespace StreamLog.Storage;

/// <summary>What the end of a transaction says.</summary>
/// <param name="IsAbort">Whether the transaction's records do not count.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that wrote it.</param>
internal readonly record struct TransactionMarker(bool IsAbort, int CoordinatorEpoch);
