using Microsoft.Extensions.Logging;
using StreamLog.Clients.Membership;
using StreamLog.Clients.Producing;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Clients.Transacting;

/// <summary>The transactional producer of applications, over any broker.</summary>
/// <remarks>
/// Thread-safe. Begin, offsets, commit and abort happen one after another, in a line; appends go past the line into
/// the queues of the engine, which ask the scope whether they are taken. The epoch rises with every transaction that
/// the broker has heard of (KIP-890), or, with an older broker, after each that was aborted: so whatever comes late of
/// it is refused.
/// </remarks>
internal sealed partial class TransactionalProducer : ITransactionalProducer
{
    private readonly ProducerEngine _engine;
    private readonly TransactionScope _scope;
    private readonly TransactionRequests _requests;
    private readonly StreamLogTracing _tracing;
    private readonly ILogger _logger;
    private readonly TurnLine _line = new();
    private readonly Lock _gate = new();

    // Below here: of whoever has the turn.
    private (long ProducerId, short Epoch)? _identity;
    private bool _mustRaiseEpoch;
    private StreamLogException? _fatal;
    private Transaction? _current;

    // Guarded by _gate.
    private Task? _disposal;

    /// <summary>Creates a producer that has not begun.</summary>
    /// <param name="transactionalId">Its name.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works. They are not to be changed any more.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="tracing">The activities of its appends.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    /// <exception cref="StreamLogException">It is not to be idempotent, or not to wait for all.</exception>
    public TransactionalProducer(
        string transactionalId,
        IBroker broker,
        INodeEnvironment environment,
        ProducerOptions options,
        ILoggerFactory loggers,
        StreamLogTracing tracing,
        ClientMetrics? metrics = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(transactionalId);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfUnfit(options);
        _engine = new ProducerEngine(broker, environment, options, loggers, metrics, transactionalId);
        _scope = _engine.Transaction!;
        _requests = new TransactionRequests(_engine, transactionalId);
        _tracing = tracing;
        _logger = loggers.CreateLogger("StreamLog.TransactionalProducer");
    }

    /// <inheritdoc/>
    public string TransactionalId => _scope.TransactionalId;

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time => _engine.Time;

    /// <summary>Gets the pauses before something is tried again.</summary>
    public Backoff RetryPause => _engine.RetryPause;

    /// <inheritdoc/>
    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        ISerializer<TKey>? keySerializer = null, ISerializer<TValue>? valueSerializer = null)
    {
        _engine.ThrowIfDisposed();
        Producer<TKey, TValue> producer = new(
            _engine, keySerializer ?? DefaultSerdes.Get<TKey>(), valueSerializer ?? DefaultSerdes.Get<TValue>());
        return new TracedProducer<TKey, TValue>(producer, _tracing);
    }

    /// <inheritdoc/>
    public async ValueTask<ITransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        _engine.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        Transaction transaction = new(this);
        try
        {
            await _line.Enqueue(() => BeginInTurnAsync(transaction)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody will ever hold what may just begin. It is aborted behind it, or by whoever begins next.
            transaction.Abandon();
            _ = LetGoAsync(transaction).AsTask();
            throw;
        }

        return transaction;
    }

    /// <inheritdoc/>
    public Task ProcessAsync<TKey, TValue>(
        IGroupConsumer<TKey, TValue> source,
        Func<IReadOnlyList<Record<TKey, TValue>>, CancellationToken, ValueTask> process,
        int maxRecords = 1000,
        TimeSpan? maxWait = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        TimeSpan wait = maxWait ?? TransactionalProcess<TKey, TValue>.DefaultWait;
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero, nameof(maxWait));
        IGroupReading reading = Transaction.ReadingOf(source);
        _engine.ThrowIfDisposed();
        return new TransactionalProcess<TKey, TValue>(this, reading, process, _logger)
            .RunAsync(source.ReadBatchesAsync(maxRecords, wait, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
            return new ValueTask(_disposal ??= _line.Enqueue(CloseInTurnAsync));
    }

    /// <summary>Makes offsets part of a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="group">The group.</param>
    /// <param name="read">Tells, at each attempt, which member commits which offsets.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the group has taken them.</returns>
    public ValueTask SendOffsetsAsync(
        Transaction transaction,
        string group,
        Func<(MemberStamp? Member, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> Offsets)> read,
        CancellationToken cancellationToken) =>
        InTurnAsync(() => SendOffsetsInTurnAsync(transaction, group, read), cancellationToken);

    /// <summary>Commits a transaction, or asks again what has become of its commit.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when it is committed.</returns>
    public ValueTask CommitAsync(Transaction transaction, CancellationToken cancellationToken) =>
        InTurnAsync(() => CommitInTurnAsync(transaction), cancellationToken);

    /// <summary>Aborts a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when it is aborted.</returns>
    public ValueTask AbortAsync(Transaction transaction, CancellationToken cancellationToken) =>
        InTurnAsync(() => AbortInTurnAsync(transaction), cancellationToken);

    /// <summary>Aborts a transaction that nobody has committed. What goes wrong is logged.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <returns>A task that does not fail.</returns>
    public ValueTask LetGoAsync(Transaction transaction) => transaction.IsOver
        ? ValueTask.CompletedTask
        : new ValueTask(_line.Enqueue(() => LetGoInTurnAsync(transaction)));

    /// <summary>Throws if the coordinator has said that this producer can do nothing any more.</summary>
    /// <exception cref="StreamLogException">It has.</exception>
    public void ThrowIfFenced()
    {
        // Each caller gets one of its own.
        if (Volatile.Read(ref _fatal) is { } fatal)
            throw TransactionErrors.Fenced(TransactionalId, fatal.ErrorCode, fatal);
    }

    private async ValueTask InTurnAsync(Func<ValueTask> step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _line.Enqueue(step).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask BeginInTurnAsync(Transaction transaction)
    {
        _engine.ThrowIfDisposed();
        ThrowIfFenced();
        await FinishAsync().ConfigureAwait(false);
        if (_identity is null || _mustRaiseEpoch)
        {
            await AskAsync(async () => Use(await _requests.BeginAsync(_identity).ConfigureAwait(false)))
                .ConfigureAwait(false);
            _mustRaiseEpoch = false;
            _scope.Partitions.AddBy(_requests.IsOld ? AddAsync : null);
            Log.Began(_logger, TransactionalId, _identity!.Value.ProducerId, _identity.Value.Epoch);
        }

        _scope.Open();
        _current = transaction;
    }

    /// <summary>Ends the transaction before, whose end the broker has not confirmed.</summary>
    private async ValueTask FinishAsync()
    {
        if (_current is not { IsOver: false } before)
            return;
        if (before.Phase == TransactionPhase.Open && before.IsDisposed)
        {
            await AbortInTurnAsync(before).ConfigureAwait(false);
            return;
        }

        if (before.Phase == TransactionPhase.Open || !(before.IsDisposed || before.Phase == TransactionPhase.Aborting))
        {
            throw new StreamLogException(
                ErrorCode.InvalidTransactionState,
                $"Producer '{TransactionalId}' has a transaction open. Commit or abort it before the next one; or "
                + "create another producer, under another name.");
        }

        bool isCommit = before.Phase == TransactionPhase.Committing;
        try
        {
            await EndAsync(before, isCommit).ConfigureAwait(false);
        }
        catch (StreamLogException exception)
            when (isCommit && exception.ErrorCode == ErrorCode.TransactionAbortable)
        {
            await EndAsync(before, isCommit: false).ConfigureAwait(false);
        }
    }

    private async ValueTask SendOffsetsInTurnAsync(
        Transaction transaction,
        string group,
        Func<(MemberStamp? Member, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> Offsets)> read)
    {
        ThrowIfFenced();
        if (transaction.Phase != TransactionPhase.Open)
            throw TransactionErrors.NoneOpen(TransactionalId);
        if (_scope.Failure is { } failure)
            throw TransactionErrors.MustAbort(TransactionalId, failure.ToException());
        try
        {
            (MemberStamp? member, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets) = read();
            if (offsets.Count == 0)
                return;
            if (member is not null)
                _requests.ThrowIfMembersAreUnknown(group);
            _scope.NoteWork();
            await AskAsync(() => _requests.SendOffsetsAsync(_identity!.Value, group, read)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Records without their offsets would be appended again.
            _scope.Fail(TransactionErrors.FailureOf(exception));
            throw;
        }
    }

    private async ValueTask CommitInTurnAsync(Transaction transaction)
    {
        if (transaction.Phase == TransactionPhase.Committed)
            return;
        if (transaction.MayBeCommitted && _fatal is { } fatal)
            throw TransactionErrors.InDoubtForEver(TransactionalId, fatal);
        ThrowIfFenced();
        if (transaction.Phase is TransactionPhase.Aborted or TransactionPhase.Aborting)
            throw TransactionErrors.IsOver(TransactionalId, isCommitted: false);
        if (transaction.Phase == TransactionPhase.Open)
        {
            await _scope.WhenNoListsAsync().ConfigureAwait(false);
            await _engine.AdmitAllAsync().ConfigureAwait(false);
            await SettleAsync().ConfigureAwait(false);
            if (_scope.Failure is { } failure)
                throw TransactionErrors.MustAbort(TransactionalId, failure.ToException());
        }

        await EndAsync(transaction, isCommit: true).ConfigureAwait(false);
    }

    private async ValueTask AbortInTurnAsync(Transaction transaction)
    {
        switch (transaction.Phase)
        {
            case TransactionPhase.Aborted:
                return;
            case TransactionPhase.Committed:
                throw TransactionErrors.IsOver(TransactionalId, isCommitted: true);
            case TransactionPhase.Committing:
                throw TransactionErrors.InDoubt(TransactionalId, isCommit: true, cause: null);
        }

        ThrowIfFenced();
        if (transaction.Phase == TransactionPhase.Open)
        {
            _scope.Fail(TransactionErrors.AbortedByApplication(TransactionalId));
            await SettleAsync().ConfigureAwait(false);
        }

        await EndAsync(transaction, isCommit: false).ConfigureAwait(false);
    }

    private async ValueTask LetGoInTurnAsync(Transaction transaction)
    {
        if (transaction != _current || transaction.Phase != TransactionPhase.Open)
            return;
        try
        {
            await AbortInTurnAsync(transaction).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.NotAborted(_logger, exception, TransactionalId);
        }
    }

    private async ValueTask CloseInTurnAsync()
    {
        try
        {
            if (_current is { IsOver: false } current)
                await LetGoForGoodAsync(current).ConfigureAwait(false);
        }
        finally
        {
            _scope.Close();
            await _engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Aborts what is open, or asks once more for an end that was in doubt.</summary>
    private async ValueTask LetGoForGoodAsync(Transaction current)
    {
        if (current.Phase == TransactionPhase.Open)
        {
            await LetGoInTurnAsync(current).ConfigureAwait(false);
            return;
        }

        if (_fatal is not null)
            return;
        try
        {
            await EndAsync(current, isCommit: current.Phase == TransactionPhase.Committing).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.NotEnded(_logger, exception, TransactionalId);
        }
    }

    /// <summary>Takes no more records, and waits until those that are taken are acknowledged or given up.</summary>
    private async ValueTask SettleAsync()
    {
        _scope.Close();
        await _engine.SettleAsync().ConfigureAwait(false);
        await _scope.Partitions.WhenIdleAsync().ConfigureAwait(false);
    }

    private ValueTask AddAsync(IReadOnlyCollection<TopicPartition> partitions) =>
        _engine.Identity.TryGet(out long producerId, out short epoch)
            ? _requests.AddAsync((producerId, epoch), partitions)
            : ValueTask.FromException(TransactionErrors.NoneOpen(TransactionalId));

    /// <summary>Tells the broker how the transaction ends, if it knows of it.</summary>
    private async ValueTask EndAsync(Transaction transaction, bool isCommit)
    {
        if (_scope.HasWork)
        {
            transaction.Phase = isCommit ? TransactionPhase.Committing : TransactionPhase.Aborting;
            try
            {
                await AskAsync(async () => Use(await _requests.EndAsync(
                    _identity!.Value,
                    isCommit,
                    () => transaction.MayBeCommitted |= isCommit).ConfigureAwait(false))).ConfigureAwait(false);
            }
            catch (StreamLogException exception) when (_fatal is not null)
            {
                // An answer that was lost may have said that it is committed, before another one took the name.
                if (transaction.MayBeCommitted)
                    throw TransactionErrors.InDoubtForEver(TransactionalId, exception);
                transaction.Phase = TransactionPhase.Aborted;
                throw;
            }
            catch (StreamLogException exception) when (isCommit
                && exception.ErrorCode is ErrorCode.TransactionAbortable or ErrorCode.InvalidTransactionState)
            {
                // The broker knows that it is not committed.
                transaction.Phase = TransactionPhase.Open;
                _scope.Fail(TransactionErrors.FailureOf(exception));
                throw TransactionErrors.MustAbort(TransactionalId, exception);
            }
            catch (StreamLogException exception)
                when (!isCommit && exception.ErrorCode == ErrorCode.InvalidTransactionState)
            {
                // It is over there. The next one begins under a new epoch, so nothing of this one gets into it.
                _identity = null;
            }
            catch (Exception exception)
            {
                throw TransactionErrors.InDoubt(TransactionalId, isCommit, exception);
            }
        }

        _mustRaiseEpoch |= !isCommit && _scope.HasWork && _requests.IsOld;
        transaction.Phase = isCommit ? TransactionPhase.Committed : TransactionPhase.Aborted;
    }

    private static void ThrowIfUnfit(ProducerOptions options)
    {
        string? fault =
            options.Acks != Acks.All
                ? $"ProducerOptions.{nameof(ProducerOptions.Acks)} is {options.Acks}, and what is in a transaction has "
                    + "to be there when that is committed. Set it to All for this producer."
            : options.Idempotence == false
                ? $"ProducerOptions.{nameof(ProducerOptions.Idempotence)} is off, without which there are no "
                    + "transactions. Switch it on."
            : null;
        if (fault is not null)
            throw new StreamLogException(ErrorCode.InvalidConfig, fault);
    }

    private void Use((long ProducerId, short Epoch) identity)
    {
        _identity = identity;
        _engine.Identity.Set(identity.ProducerId, identity.Epoch);
    }

    /// <summary>Asks the coordinator, and notes if this producer is out of the game.</summary>
    private async ValueTask AskAsync(Func<ValueTask> request)
    {
        try
        {
            await request().ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (TransactionErrors.IsFatal(exception.ErrorCode))
        {
            Volatile.Write(ref _fatal, exception);
            _scope.Fail(TransactionErrors.FailureOf(exception));
            Log.Fenced(_logger, exception, TransactionalId);
            throw;
        }
    }
}
