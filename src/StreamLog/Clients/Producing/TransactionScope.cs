using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Producing;

/// <summary>The transaction that a producer's records go into, as its queues see it: whether it takes records, and what
/// has failed in it.</summary>
/// <remarks>Thread-safe. It calls nobody under its gate. Owned by the engine of a transactional producer.</remarks>
internal sealed class TransactionScope
{
    private const short LastThatJoinsNothing = 11;

    private readonly Action<ProduceFailure> _failed;
    private readonly Lock _gate = new();

    // Written under _gate. Zero is none.
    private volatile int _open;
    private volatile ProduceFailure? _failure;
    private volatile bool _hasWork;

    // Guarded by _gate.
    private int _last;
    private int _lists;
    private TaskCompletionSource? _noLists;

    /// <summary>Creates it, with no transaction open.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="failed">Hears of the first failure of a transaction, perhaps under the gate of a queue.</param>
    public TransactionScope(string transactionalId, Action<ProduceFailure> failed)
    {
        TransactionalId = transactionalId;
        _failed = failed;
        Partitions = new TransactionPartitions(exception => Fail(TransactionErrors.FailureOf(exception)));
    }

    /// <summary>Gets the producer's name.</summary>
    public string TransactionalId { get; }

    /// <summary>Gets the partitions that the broker is to be told of.</summary>
    public TransactionPartitions Partitions { get; }

    /// <summary>Gets the version in which records are sent: the newest one says that partitions join by it.</summary>
    public short ProduceVersion => Partitions.AreAdded ? LastThatJoinsNothing : ProduceRequest.MaxVersion;

    /// <summary>Gets whether the transaction can only be aborted.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Gets why, or <see langword="null"/>.</summary>
    public ProduceFailure? Failure => _failure;

    /// <summary>Gets whether the broker may know of the transaction, so that it has to be told of the end.</summary>
    public bool HasWork => _hasWork;

    /// <summary>Begins a transaction.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _failure = null;
            _hasWork = false;
            Partitions.Clear();
            _open = ++_last;
        }
    }

    /// <summary>Takes no more records. What happens to those that are taken is still noted.</summary>
    public void Close()
    {
        lock (_gate)
            _open = 0;
    }

    /// <summary>Tells which transaction a record goes into.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="StreamLogException">None takes records.</exception>
    public int Enter()
    {
        int open = _open;
        Check(open);
        return open;
    }

    /// <summary>Throws unless a transaction still takes records. To be called under the gate of the record's queue: who
    /// has closed the transaction, and then looks at the queue, misses none.</summary>
    /// <param name="transaction">The transaction's number.</param>
    /// <exception cref="StreamLogException">It does not.</exception>
    public void Check(int transaction)
    {
        if (_failure is { } failure && transaction == _open)
            throw TransactionErrors.MustAbort(TransactionalId, failure.ToException());
        if (transaction == 0 || transaction != _open)
            throw TransactionErrors.NoneOpen(TransactionalId);
    }

    /// <summary>Notes that something of the transaction is about to be sent.</summary>
    public void NoteWork() => _hasWork = true;

    /// <summary>Notes that a batch of the transaction was given up.</summary>
    /// <param name="failure">Why.</param>
    public void Fail(ProduceFailure failure) => Fail(failure, transaction: null);

    /// <summary>Notes that a record of a transaction was refused behind its caller's back.</summary>
    /// <param name="transaction">The number of its transaction.</param>
    /// <param name="exception">Why.</param>
    public void Fail(int transaction, Exception exception) =>
        Fail(TransactionErrors.FailureOf(exception), transaction);

    /// <summary>Begins to append several records that a commit must not part.</summary>
    /// <returns>The number of the transaction that all of them go into.</returns>
    /// <exception cref="StreamLogException">None takes records.</exception>
    public int EnterList()
    {
        int open = Enter();
        lock (_gate)
            _lists++;
        return open;
    }

    /// <summary>Notes that all records of a list are admitted or refused.</summary>
    public void LeaveList()
    {
        TaskCompletionSource? done = null;
        lock (_gate)
        {
            if (--_lists == 0)
                (done, _noLists) = (_noLists, null);
        }

        done?.SetResult();
    }

    /// <summary>Waits until no list is being appended.</summary>
    /// <returns>A task that completes then.</returns>
    public Task WhenNoListsAsync()
    {
        lock (_gate)
        {
            if (_lists == 0)
                return Task.CompletedTask;
            _noLists ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _noLists.Task;
        }
    }

    /// <summary>Notes the first failure of the latest transaction, if that is the one it is about.</summary>
    private void Fail(ProduceFailure failure, int? transaction)
    {
        lock (_gate)
        {
            if (_failure is not null || (transaction is { } number && number != _last))
                return;
            _failure = failure;
        }

        _failed(failure);
    }
}
