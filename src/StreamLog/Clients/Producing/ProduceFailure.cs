using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Producing;

/// <summary>Why a batch was given up, for each of its records. Immutable.</summary>
internal sealed class ProduceFailure
{
    private readonly Exception? _cause;
    private readonly IReadOnlyList<ProduceResponse.BatchIndexAndErrorMessage> _records;

    /// <summary>Creates the failure.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="message">The fact, and what can be done.</param>
    /// <param name="cause">The cause, where there is one.</param>
    /// <param name="records">The records that made the batch be refused; none where it was not for single ones.</param>
    public ProduceFailure(
        ErrorCode code,
        string message,
        Exception? cause = null,
        IReadOnlyList<ProduceResponse.BatchIndexAndErrorMessage>? records = null)
    {
        Code = code;
        Message = message;
        _cause = cause;
        _records = records ?? [];
    }

    /// <summary>Gets what went wrong.</summary>
    public ErrorCode Code { get; }

    /// <summary>Gets the fact, and what can be done.</summary>
    public string Message { get; }

    /// <summary>Returns the exception for the batch as a whole.</summary>
    /// <returns>A new exception.</returns>
    public StreamLogException ToException() => new(
        Code, _records is [{ BatchIndexErrorMessage: { Length: > 0 } message }, ..] ? message : Message, _cause);

    /// <summary>Returns the exception for one record.</summary>
    /// <param name="index">The record's place in the batch.</param>
    /// <returns>A new exception: each has one waiter.</returns>
    public Exception ForRecord(int index)
    {
        foreach (ProduceResponse.BatchIndexAndErrorMessage record in _records)
        {
            if (record.BatchIndex == index)
                return new StreamLogException(Code, record.BatchIndexErrorMessage ?? Message, _cause);
        }

        return _records.Count == 0
            ? new StreamLogException(Code, Message, _cause)
            : new StreamLogException(
                ErrorCode.InvalidRecord,
                "The record was not appended, since another one of its batch was refused. Append it again.",
                _cause);
    }
}
