using StreamLog.Coordinators;

namespace StreamLog.Transactions;

/// <summary>What is decided about a transactional id in one step.</summary>
/// <param name="now">The time that deadlines are counted in, in milliseconds. It only goes forward.</param>
/// <param name="timestamp">The time of the calendar, in Unix milliseconds, for what is written down.</param>
/// <param name="ended">Is told of a transaction that is to end, once that is committed. No gate is held.</param>
internal sealed class TransactionDecision(long now, long timestamp, Action<string, TransactionState> ended)
    : StateDecision<TransactionRecord>(now, timestamp)
{
    /// <summary>Gets the time.</summary>
    public TransactionMoment Moment => new(Now, Timestamp);

    /// <summary>Decides on the state that follows.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="next">The state, or <see langword="null"/> to forget the id.</param>
    public void Set(string transactionalId, TransactionState? next)
    {
        Append(new TransactionRecord(transactionalId, next));
        if (next is { IsEnding: true })
            Then(() => ended(transactionalId, next));
    }
}
