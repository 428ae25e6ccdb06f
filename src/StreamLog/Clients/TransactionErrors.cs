using StreamLog.Clients.Producing;

namespace StreamLog.Clients;

/// <summary>Words what goes wrong with transactions: the fact, then what can be done.</summary>
internal static class TransactionErrors
{
    /// <summary>Tells whether the producer of a transaction has been replaced, or is not known any more.</summary>
    /// <param name="code">What the coordinator answered.</param>
    /// <returns>Whether the producer cannot be used any more.</returns>
    public static bool IsFatal(ErrorCode code) => code is
        ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch or ErrorCode.InvalidProducerIdMapping or
        ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.UnsupportedVersion;

    /// <summary>Returns the error of something that needs an open transaction.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException NoneOpen(string transactionalId) => new(
        ErrorCode.InvalidTransactionState,
        $"Producer '{transactionalId}' has no transaction open that takes this, so nothing was done. Begin one with "
        + "BeginAsync; it takes records and offsets until it is committed or aborted.");

    /// <summary>Returns the error of a transaction that can only be aborted.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="cause">What has failed first.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException MustAbort(string transactionalId, StreamLogException cause) => new(
        ErrorCode.TransactionAbortable,
        $"The transaction of '{transactionalId}' cannot be committed, since a part of it has failed with "
        + $"{cause.ErrorCode}. Abort it, and do its work again in another one. {cause.Message}",
        cause);

    /// <summary>Returns the error of a producer that cannot be used any more.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="code">What the coordinator answered.</param>
    /// <param name="cause">The error it came with, or <see langword="null"/>.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException Fenced(string transactionalId, ErrorCode code, Exception? cause = null) => new(
        code == ErrorCode.InvalidProducerEpoch ? ErrorCode.ProducerFenced : code,
        code switch
        {
            ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch =>
                $"Another producer uses '{transactionalId}' now, or the transaction was open for longer than "
                + "ProducerOptions.TransactionTimeout. It was aborted, and this producer can do nothing any more. "
                + "Create another one, if no other process has taken its place.",
            ErrorCode.InvalidProducerIdMapping =>
                $"The broker has forgotten '{transactionalId}', since it was not used for long. This producer can do "
                + "nothing any more. Create another one.",
            _ => $"The broker refuses transactions of '{transactionalId}' with {code}. This producer can do nothing "
                + "any more.",
        },
        cause);

    /// <summary>Returns the error of a transaction that is over in another way than asked for.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="isCommitted">Whether it was committed.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException IsOver(string transactionalId, bool isCommitted) => new(
        ErrorCode.InvalidTransactionState,
        $"The transaction of '{transactionalId}' was {(isCommitted ? "committed" : "aborted")} before. Begin another "
        + "one.");

    /// <summary>Returns the error of a transaction whose end the broker has not confirmed.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="isCommit">Whether it was to be committed.</param>
    /// <param name="cause">Why there is no answer; <see langword="null"/> where one asked for it again.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException InDoubt(string transactionalId, bool isCommit, Exception? cause) => new(
        (cause as StreamLogException)?.ErrorCode
            ?? (cause is null ? ErrorCode.InvalidTransactionState : ErrorCode.UnknownServerError),
        isCommit
            ? $"Whether the transaction of '{transactionalId}' is committed is not known: the broker has not answered. "
                + $"Call CommitAsync again until it tells. {cause?.Message}"
            : $"The broker has not confirmed that the transaction of '{transactionalId}' is aborted. Nothing of it "
                + $"counts, and the next one begins once it is confirmed. {cause?.Message}",
        cause);

    /// <summary>Returns the error of a commit whose outcome nobody will tell any more.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="cause">What the coordinator answered in the end.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException InDoubtForEver(string transactionalId, StreamLogException cause) => new(
        cause.ErrorCode,
        $"The transaction of '{transactionalId}' was committed or aborted: the answer to its commit was lost, and "
        + "before it could be asked for again this producer was replaced, or the transaction's time was over. Look "
        + "into the topics with read_committed to know. This producer can do nothing any more.",
        cause);

    /// <summary>Returns what records are told whose transaction is aborted before they are sent.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <returns>The failure.</returns>
    public static ProduceFailure AbortedByApplication(string transactionalId) => new(
        ErrorCode.TransactionAbortable,
        $"The transaction of '{transactionalId}' was aborted, so its records do not count, whether they were appended "
        + "or not.");

    /// <summary>Makes a failure of a batch out of what one record was refused with.</summary>
    /// <param name="exception">The error.</param>
    /// <returns>The failure.</returns>
    public static ProduceFailure FailureOf(Exception exception) => new(
        (exception as StreamLogException)?.ErrorCode ?? ErrorCode.UnknownServerError, exception.Message, exception);
}
