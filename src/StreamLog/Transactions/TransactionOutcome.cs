namespace StreamLog.Transactions;

/// <summary>What is decided on one request.</summary>
/// <param name="Error">The error to answer, or None.</param>
/// <param name="Next">The state that follows, or <see langword="null"/> where nothing changes.</param>
/// <param name="NeedsProducerId">Whether a new producer id has to be given first. Nothing is decided then.</param>
internal readonly record struct TransactionOutcome(
    ErrorCode Error, TransactionState? Next = null, bool NeedsProducerId = false)
{
    /// <summary>Creates the outcome that only a new producer id lacks. Who cannot give one answers that somebody else
    /// is just changing the state, and is asked again.</summary>
    public static TransactionOutcome WantsProducerId { get; } =
        new(ErrorCode.ConcurrentTransactions, NeedsProducerId: true);
}
