namespace StreamLog.Transactions;

/// <summary>Keeps transactions in <c>__transaction_state</c>, and ends them.</summary>
/// <remarks>
/// The topic is created for the first producer that has a transactional id. What is decided is decided by
/// <see cref="TransactionRules"/>, within the id's partition of the topic. Owned by the broker; thread-safe.
/// </remarks>
/// <param name="topic">Where transactional ids are kept.</param>
/// <param name="rules">What follows from what.</param>
/// <param name="marks">Writes the marks that end transactions.</param>
/// <param name="takeProducerId">Takes a producer id that nobody has.</param>
/// <param name="settings">The limits.</param>
/// <param name="time">The clock.</param>
internal sealed class TransactionCoordinator(
    TransactionsTopic topic,
    TransactionRules rules,
    TransactionMarks marks,
    Func<CancellationToken, ValueTask<long>> takeProducerId,
    TransactionSettings settings,
    TimeProvider time)
{
    /// <summary>Reads what there is, and goes on with what was ending.</summary>
    public void Load() => topic.Load();

    /// <summary>Creates the topic that transactions are kept in, where it is not there yet.</summary>
    /// <param name="transactionalId">A transactional id that is to be kept.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Why it cannot be kept now, or None.</returns>
    public async ValueTask<ErrorCode> PrepareAsync(string transactionalId, CancellationToken cancellationToken) =>
        (await topic.FindOrCreateAsync(transactionalId, cancellationToken).ConfigureAwait(false)).Error;

    /// <summary>Stops. Transactions that are ending go on after the next start.</summary>
    /// <returns>A task that completes when nothing is under way any more.</returns>
    public async Task CloseAsync()
    {
        topic.Close();
        await marks.CloseAsync().ConfigureAwait(false);
        marks.Dispose();
    }

    /// <summary>Waits until no transaction is ending, or what ends one has been given up.</summary>
    /// <returns>A task that completes then.</returns>
    public Task WaitIdleAsync() => marks.WaitIdleAsync();

    /// <summary>Says who a producer is that begins to use an id, or goes on after an error.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <param name="timeoutMs">How long a transaction may stay open, in milliseconds.</param>
    /// <param name="known">Who the producer was so far; <see langword="null"/> where it just begins.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The answer.</returns>
    public async ValueTask<TransactionAnswer> InitializeAsync(
        string transactionalId, int timeoutMs, ProducerIdentity? known, CancellationToken cancellationToken)
    {
        if (!TransactionalIds.IsLegal(transactionalId))
            return new TransactionAnswer(ErrorCode.InvalidRequest);

        (TransactionsPartition? partition, ErrorCode error) =
            await topic.FindOrCreateAsync(transactionalId, cancellationToken).ConfigureAwait(false);
        return partition is null
            ? new TransactionAnswer(error)
            : await DecideAsync(
                partition,
                transactionalId,
                (state, newId, moment) => rules.Initialize(state, timeoutMs, known, newId, moment),
                cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds partitions to a transaction, which may begin by this.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>None once they are in it for sure.</returns>
    public async ValueTask<ErrorCode> AddAsync(
        string? transactionalId,
        ProducerIdentity producer,
        IReadOnlyCollection<TopicPartition> partitions,
        CancellationToken cancellationToken)
    {
        TransactionAnswer answer = await DecideAsync(
            transactionalId,
            (state, _, moment) => TransactionRules.Add(state, producer, partitions, moment),
            cancellationToken).ConfigureAwait(false);
        return answer.Error;
    }

    /// <summary>Tells whether a partition is in a transaction for sure.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>None if it is.</returns>
    public async ValueTask<ErrorCode> VerifyAsync(
        string? transactionalId,
        ProducerIdentity producer,
        TopicPartition partition,
        CancellationToken cancellationToken)
    {
        TransactionAnswer answer = await DecideAsync(
            transactionalId,
            (state, _, _) => new TransactionOutcome(TransactionRules.Verify(state, producer, partition)),
            cancellationToken).ConfigureAwait(false);
        return answer.Error;
    }

    /// <summary>Ends a transaction.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="isCommit">Whether it is to be committed, and not aborted.</param>
    /// <param name="hasEpochs">Whether each transaction of this producer has an epoch of its own.</param>
    /// <param name="cancellationToken">Stops the wait. What was decided holds all the same.</param>
    /// <returns>The answer, once it is certain how the transaction ends.</returns>
    public ValueTask<TransactionAnswer> EndAsync(
        string? transactionalId,
        ProducerIdentity producer,
        bool isCommit,
        bool hasEpochs,
        CancellationToken cancellationToken) => DecideAsync(
            transactionalId,
            (state, newId, moment) => hasEpochs
                ? TransactionRules.End(state, producer, isCommit, newId, moment)
                : TransactionRules.EndFixed(state, producer, isCommit, moment),
            cancellationToken);

    /// <summary>Reads the state of one id, as it stands.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <param name="error">Why it cannot be read, or None.</param>
    /// <returns>The state, or <see langword="null"/>.</returns>
    public TransactionState? Find(string transactionalId, out ErrorCode error)
    {
        error = ErrorCode.InvalidRequest;
        if (!TransactionalIds.IsLegal(transactionalId))
            return null;
        if (topic.TryFind(transactionalId, out TransactionsPartition? partition, out error)
            && partition.Read(table => table.Find(transactionalId)) is { } state)
        {
            return state;
        }

        if (error == ErrorCode.None)
            error = ErrorCode.TransactionalIdNotFound;
        return null;
    }

    /// <summary>Lists the transactional ids.</summary>
    /// <returns>The ids with their states, in the order of their names.</returns>
    public IReadOnlyList<KeyValuePair<string, TransactionState>> List() =>
    [
        .. topic.List()
            .SelectMany(partition => partition.Read(table => table.States.ToArray()))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal),
    ];

    private async ValueTask<TransactionAnswer> DecideAsync(
        string? transactionalId,
        Func<TransactionState?, long, TransactionMoment, TransactionOutcome> decide,
        CancellationToken cancellationToken)
    {
        if (!TransactionalIds.IsLegal(transactionalId))
            return new TransactionAnswer(ErrorCode.InvalidRequest);
        if (!topic.TryFind(transactionalId!, out TransactionsPartition? partition, out ErrorCode error))
        {
            return new TransactionAnswer(
                error == ErrorCode.None ? ErrorCode.InvalidProducerIdMapping : error);
        }

        return await DecideAsync(partition, transactionalId!, decide, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TransactionAnswer> DecideAsync(
        TransactionsPartition partition,
        string transactionalId,
        Func<TransactionState?, long, TransactionMoment, TransactionOutcome> decide,
        CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        long newId = -1;
        while (true)
        {
            long producerId = newId;
            TransactionAnswer answer = await partition
                .DecideAsync(transactionalId, (state, moment) => decide(state, producerId, moment))
                .WaitAsync(cancellationToken)
                .ConfigureAwait(false);
            if (answer.NeedsProducerId)
            {
                // Few need one, and nothing is given away under a gate: so it is decided again, with one at hand.
                newId = await takeProducerId(cancellationToken).ConfigureAwait(false);
                continue;
            }

            // The marks of the transaction before are a few writes, sooner done than its producer comes again.
            TimeSpan patience = settings.EndPatience - time.GetElapsedTime(began);
            if (answer.Error != ErrorCode.ConcurrentTransactions || patience <= TimeSpan.Zero
                || !await marks.WaitAsync(transactionalId, patience, cancellationToken).ConfigureAwait(false))
            {
                return answer;
            }
        }
    }
}
