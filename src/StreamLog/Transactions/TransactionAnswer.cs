namespace StreamLog.Transactions;

/// <summary>What a request to a transactional id is answered.</summary>
/// <param name="Error">What went wrong, or None.</param>
/// <param name="ProducerId">The producer id to go on with, or -1.</param>
/// <param name="ProducerEpoch">The epoch to go on with, or -1.</param>
internal sealed record TransactionAnswer(ErrorCode Error, long ProducerId = -1, short ProducerEpoch = -1)
{
    /// <summary>Gets whether the decision lacks a producer id that nobody has, and is to be made again with
    /// one.</summary>
    public bool NeedsProducerId { get; init; }
}
