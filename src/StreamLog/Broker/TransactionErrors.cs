namespace StreamLog.Broker;

/// <summary>Tells errors of transactions in the words that the sender of a request knows. Stateless.</summary>
internal static class TransactionErrors
{
    /// <summary>Returns the error to answer who asks about a transaction.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isFencingKnown">Whether the sender knows <see cref="ErrorCode.ProducerFenced"/>.</param>
    /// <returns>The error.</returns>
    public static ErrorCode ForTransaction(ErrorCode error, bool isFencingKnown) =>
        error == ErrorCode.ProducerFenced && !isFencingKnown ? ErrorCode.InvalidProducerEpoch : error;

    /// <summary>Returns the error to answer who writes within a transaction.</summary>
    /// <param name="error">The error.</param>
    /// <param name="joins">Whether partitions join a transaction by being written to, for this sender.</param>
    /// <param name="isAbortableKnown">Whether the sender knows <see cref="ErrorCode.TransactionAbortable"/>.</param>
    /// <param name="retriable">What the sender tries again upon, where it knows no better.</param>
    /// <returns>The error.</returns>
    public static ErrorCode ForWrite(
        ErrorCode error, bool joins, bool isAbortableKnown, ErrorCode retriable) => error switch
        {
            ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
            ErrorCode.TransactionAbortable when !isAbortableKnown => ErrorCode.InvalidTransactionState,
            ErrorCode.ConcurrentTransactions when !joins => retriable,
            ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress or ErrorCode.NotCoordinator =>
                retriable,
            _ => error,
        };
}
