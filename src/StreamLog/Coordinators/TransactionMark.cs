namespace StreamLog.Coordinators;

/// <summary>What is written into a partition to end a transaction there.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">Its epoch. From here on nothing of an older one is taken.</param>
/// <param name="IsCommit">Whether the transaction is committed, and not aborted.</param>
/// <param name="CoordinatorEpoch">How often the lead over the transaction has been given away.</param>
internal sealed record TransactionMark(long ProducerId, short ProducerEpoch, bool IsCommit, int CoordinatorEpoch);
