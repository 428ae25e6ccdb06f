using StreamLog.Coordinators;

namespace StreamLog.Transactions;

/// <summary>The transactional ids of one partition of <c>__transaction_state</c>.</summary>
/// <remarks>
/// A synchronous state machine: a fold over the records of its partition. It does no I/O and takes no lock; its
/// <see cref="TransactionsPartition"/> owns it and lets one thread in at a time.
/// </remarks>
/// <param name="rules">What follows from what.</param>
/// <param name="ended">Is told of a transaction that is to end, once that is committed. No gate is held.</param>
internal sealed class TransactionTable(TransactionRules rules, Action<string, TransactionState> ended)
    : IStateTable<TransactionRecord>
{
    private readonly Dictionary<string, TransactionState> _states = new(StringComparer.Ordinal);
    private readonly DeadlineQueue<string> _deadlines = new(StringComparer.Ordinal);

    /// <summary>Gets what is known of each transactional id.</summary>
    public IReadOnlyDictionary<string, TransactionState> States => _states;

    /// <inheritdoc/>
    public long NextDeadlineMs => _deadlines.Next;

    /// <summary>Finds what is known of a transactional id.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <returns>Its state, or <see langword="null"/>.</returns>
    public TransactionState? Find(string transactionalId) => _states.GetValueOrDefault(transactionalId);

    /// <inheritdoc/>
    public StateDecision<TransactionRecord> NewDecision(long now, long timestamp) =>
        new TransactionDecision(now, timestamp, ended);

    /// <inheritdoc/>
    public void Append(in TransactionRecord record) => Load(record);

    /// <inheritdoc/>
    public void Commit(in TransactionRecord record, long offset)
    {
        // What waits for a commit waits with the answers.
    }

    /// <summary>Takes a record that is in the log.</summary>
    /// <param name="record">The record.</param>
    public void Load(in TransactionRecord record)
    {
        if (record.State is { } state)
            _states[record.TransactionalId] = state;
        else
            _states.Remove(record.TransactionalId);
        _deadlines.Set(record.TransactionalId, record.State?.DeadlineMs ?? long.MaxValue);
    }

    /// <inheritdoc/>
    public void Loaded(long now, long timestamp)
    {
        foreach ((string id, TransactionState state) in _states.ToArray())
            Load(new TransactionRecord(id, rules.Resume(state, new TransactionMoment(now, timestamp))));
    }

    /// <inheritdoc/>
    public bool TryExpire(StateDecision<TransactionRecord> decision)
    {
        while (_deadlines.TryTakeDue(decision.Now, out string? id))
        {
            if (Find(id) is not { } state)
                continue;

            TransactionDecision expiry = (TransactionDecision)decision;
            expiry.Set(
                id,
                state.Status == TransactionStatus.Ongoing ? TransactionRules.Fence(state, expiry.Moment) : null);
            return true;
        }

        return false;
    }
}
