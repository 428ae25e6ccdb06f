namespace StreamLog.Transactions;

/// <summary>Decides what follows from a request to one transactional id: Kafka's rules. Keeps nothing.</summary>
/// <param name="settings">The limits.</param>
internal sealed class TransactionRules(TransactionSettings settings)
{
    /// <summary>The rules before KIP-890: a producer keeps its epoch until it is fenced.</summary>
    public const short Fixed = 0;

    /// <summary>The rules of KIP-890: each transaction has an epoch of its own, so nothing of one that has ended can be
    /// taken for a part of the next.</summary>
    public const short EpochPerTransaction = 2;

    /// <summary>The last epoch that a producer gets. The one behind it is left to fence it with.</summary>
    public const short EpochMax = short.MaxValue - 1;

    /// <summary>Decides who a producer is that begins to use an id, or goes on after an error.</summary>
    /// <param name="state">The state of the id, or <see langword="null"/> where it is new.</param>
    /// <param name="timeoutMs">How long a transaction may stay open, in milliseconds.</param>
    /// <param name="known">Who the producer was so far; <see langword="null"/> where it just begins.</param>
    /// <param name="newProducerId">A producer id that nobody has, or -1.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The outcome.</returns>
    public TransactionOutcome Initialize(
        TransactionState? state,
        int timeoutMs,
        ProducerIdentity? known,
        long newProducerId,
        TransactionMoment moment)
    {
        if (timeoutMs <= 0 || timeoutMs > settings.TimeoutMax.TotalMilliseconds)
            return new TransactionOutcome(ErrorCode.InvalidTransactionTimeout);
        if (state is null)
        {
            return newProducerId < 0
                ? TransactionOutcome.WantsProducerId
                : Begin(newProducerId, epoch: 0, lastEpoch: -1, previousProducerId: -1, timeoutMs, moment);
        }

        bool isForeign = known is { } claimed && claimed.Id != state.ProducerId
            && (claimed.Id != state.PreviousProducerId || claimed.Epoch < EpochMax);
        if (isForeign)
            return new TransactionOutcome(ErrorCode.ProducerFenced);
        if (state.IsEnding)
            return new TransactionOutcome(ErrorCode.ConcurrentTransactions);

        // Who is to have the id asks again once the marks are written, and gets an epoch above this one.
        if (state.Status == TransactionStatus.Ongoing)
            return new TransactionOutcome(ErrorCode.ConcurrentTransactions, Fence(state, moment));

        return Bump(state, timeoutMs, known, newProducerId, moment);
    }

    /// <summary>Decides to add partitions to the transaction, which may begin by this.</summary>
    /// <param name="state">The state of the id, or <see langword="null"/>.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The outcome.</returns>
    public static TransactionOutcome Add(
        TransactionState? state,
        ProducerIdentity producer,
        IReadOnlyCollection<TopicPartition> partitions,
        TransactionMoment moment)
    {
        ErrorCode error = CheckProducer(state, producer);
        if (error != ErrorCode.None)
            return new TransactionOutcome(error);

        bool isOpen = state!.Status == TransactionStatus.Ongoing;
        if (isOpen && partitions.All(state.Partitions.Contains))
            return new TransactionOutcome(ErrorCode.None);

        return new TransactionOutcome(ErrorCode.None, state with
        {
            Status = TransactionStatus.Ongoing,
            Partitions = isOpen ? state.Partitions.Union(partitions) : [.. partitions],
            StartMs = isOpen ? state.StartMs : moment.Timestamp,
            UpdateMs = moment.Timestamp,
            DeadlineMs = isOpen ? state.DeadlineMs : moment.Now + state.TimeoutMs,
        });
    }

    /// <summary>Tells whether a partition is in the transaction. Changes nothing.</summary>
    /// <param name="state">The state of the id, or <see langword="null"/>.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>None if it is.</returns>
    public static ErrorCode Verify(TransactionState? state, ProducerIdentity producer, TopicPartition partition)
    {
        ErrorCode error = CheckProducer(state, producer);
        if (error != ErrorCode.None)
            return error;

        return state!.Status == TransactionStatus.Ongoing && state.Partitions.Contains(partition)
            ? ErrorCode.None
            : ErrorCode.TransactionAbortable;
    }

    /// <summary>Decides how a transaction ends whose producer keeps its epoch.</summary>
    /// <param name="state">The state of the id, or <see langword="null"/>.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="isCommit">Whether it is to be committed, and not aborted.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The outcome.</returns>
    public static TransactionOutcome EndFixed(
        TransactionState? state, ProducerIdentity producer, bool isCommit, TransactionMoment moment)
    {
        if (state is null || state.ProducerId != producer.Id)
            return new TransactionOutcome(ErrorCode.InvalidProducerIdMapping);
        if (state.ProducerEpoch != producer.Epoch)
            return new TransactionOutcome(ErrorCode.ProducerFenced);
        if (state.Status != TransactionStatus.Ongoing)
            return new TransactionOutcome(AnswerAgain(state.Status, isCommit));

        return new TransactionOutcome(ErrorCode.None, state with
        {
            Status = isCommit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort,
            ClientVersion = Fixed,
            UpdateMs = moment.Timestamp,
            DeadlineMs = long.MaxValue,
        });
    }

    /// <summary>Decides how a transaction ends, after which its producer gets a new epoch.</summary>
    /// <param name="state">The state of the id, or <see langword="null"/>.</param>
    /// <param name="producer">Who asks.</param>
    /// <param name="isCommit">Whether it is to be committed, and not aborted.</param>
    /// <param name="newProducerId">A producer id that nobody has, or -1.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The outcome.</returns>
    public static TransactionOutcome End(
        TransactionState? state,
        ProducerIdentity producer,
        bool isCommit,
        long newProducerId,
        TransactionMoment moment)
    {
        if (state is null)
            return new TransactionOutcome(ErrorCode.InvalidProducerIdMapping);

        // It is about the next transaction already, whose producer id may be another one.
        if (IsNext(state, producer) && state.ClientVersion == EpochPerTransaction)
            return new TransactionOutcome(ErrorCode.ConcurrentTransactions);

        bool isRetry = IsRetry(state, producer);
        if (state.ProducerId != producer.Id && !isRetry)
            return new TransactionOutcome(ErrorCode.InvalidProducerIdMapping);
        if (state.ProducerEpoch != producer.Epoch && !isRetry)
            return new TransactionOutcome(ErrorCode.ProducerFenced);
        if (isRetry || state.IsEnding)
            return new TransactionOutcome(AnswerAgain(state.Status, isCommit));

        // What has no partitions may be aborted, which gives its producer a new epoch, but there is nothing to commit.
        bool isOpen = state.Status == TransactionStatus.Ongoing;
        if (!isOpen && isCommit)
            return new TransactionOutcome(ErrorCode.InvalidTransactionState);

        bool isLastEpoch = state.ProducerEpoch >= EpochMax;
        if (isLastEpoch && newProducerId < 0)
            return TransactionOutcome.WantsProducerId;
        return new TransactionOutcome(ErrorCode.None, state with
        {
            Status = isCommit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort,
            ProducerEpoch = (short)(state.ProducerEpoch + 1),
            LastProducerEpoch = state.ProducerEpoch,
            NextProducerId = isLastEpoch ? newProducerId : -1,
            StartMs = isOpen ? state.StartMs : moment.Timestamp,
            UpdateMs = moment.Timestamp,
            ClientVersion = EpochPerTransaction,
            DeadlineMs = long.MaxValue,
        });
    }

    /// <summary>Decides to abort an open transaction whose producer is out of the game.</summary>
    /// <param name="state">The state of the id, with an open transaction.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The state that follows. The new epoch is never given to anybody.</returns>
    public static TransactionState Fence(TransactionState state, TransactionMoment moment) => state with
    {
        Status = TransactionStatus.PrepareAbort,
        ProducerEpoch = (short)(state.ProducerEpoch + 1),
        LastProducerEpoch = -1,
        UpdateMs = moment.Timestamp,
        ClientVersion = Fixed,
        DeadlineMs = long.MaxValue,
    };

    /// <summary>Decides what follows once all marks of a transaction are written.</summary>
    /// <param name="state">The state of the id, whose transaction is ending.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The state that follows.</returns>
    public TransactionState Complete(TransactionState state, TransactionMoment moment) => state with
    {
        Status = state.Status == TransactionStatus.PrepareCommit
            ? TransactionStatus.CompleteCommit
            : TransactionStatus.CompleteAbort,
        ProducerId = state.ProducerIdToUse,
        ProducerEpoch = state.ProducerEpochToUse,
        LastProducerEpoch = state.NextProducerId >= 0 ? state.ProducerEpoch : state.LastProducerEpoch,
        PreviousProducerId = state.ClientVersion == EpochPerTransaction ? state.ProducerId : state.PreviousProducerId,
        NextProducerId = -1,
        Partitions = [],
        UpdateMs = moment.Timestamp,
        DeadlineMs = Forgotten(moment),
    };

    /// <summary>Counts the deadline of a state that was read from the log.</summary>
    /// <param name="state">The state.</param>
    /// <param name="moment">The time.</param>
    /// <returns>The state with its deadline.</returns>
    public TransactionState Resume(TransactionState state, TransactionMoment moment)
    {
        double left = state.Status == TransactionStatus.Ongoing
            ? state.StartMs + (double)state.TimeoutMs - moment.Timestamp
            : state.UpdateMs + settings.IdExpiration.TotalMilliseconds - moment.Timestamp;
        return state with { DeadlineMs = state.IsEnding ? long.MaxValue : moment.Now + (long)Math.Max(0, left) };
    }

    private static ErrorCode CheckProducer(TransactionState? state, ProducerIdentity producer)
    {
        if (state is null)
            return ErrorCode.InvalidProducerIdMapping;

        // First, since the id of the next transaction may be another one.
        if (IsNext(state, producer))
            return ErrorCode.ConcurrentTransactions;
        if (state.ProducerId != producer.Id)
            return ErrorCode.InvalidProducerIdMapping;
        return state.ProducerEpoch != producer.Epoch ? ErrorCode.ProducerFenced : ErrorCode.None;
    }

    /// <summary>Tells whether a producer is at the next transaction, while this one is ending.</summary>
    private static bool IsNext(TransactionState state, ProducerIdentity producer) =>
        state.IsEnding && producer == new ProducerIdentity(state.ProducerIdToUse, state.ProducerEpochToUse);

    /// <summary>Tells whether a producer asks again for what it was answered, and has not heard the answer.</summary>
    private static bool IsRetry(TransactionState state, ProducerIdentity producer)
    {
        if (state.ClientVersion != EpochPerTransaction
            || state.Status is TransactionStatus.Ongoing or TransactionStatus.Empty)
        {
            return false;
        }

        bool isBumped = state.ProducerId == producer.Id && state.ProducerEpoch == producer.Epoch + 1;
        bool isReplaced = !state.IsEnding && state.PreviousProducerId == producer.Id && producer.Epoch == EpochMax
            && state is { ProducerEpoch: 0 };
        return isBumped || isReplaced;
    }

    private static ErrorCode AnswerAgain(TransactionStatus status, bool isCommit) => (status, isCommit) switch
    {
        (TransactionStatus.CompleteCommit, true) or (TransactionStatus.CompleteAbort, false) => ErrorCode.None,
        (TransactionStatus.PrepareCommit, true) or (TransactionStatus.PrepareAbort, false) =>
            ErrorCode.ConcurrentTransactions,
        _ => ErrorCode.InvalidTransactionState,
    };

    private TransactionOutcome Bump(
        TransactionState state,
        int timeoutMs,
        ProducerIdentity? known,
        long newProducerId,
        TransactionMoment moment)
    {
        if (known is { } before && before.Epoch != state.ProducerEpoch)
        {
            // It has not heard the answer, and nobody else has asked since.
            return before.Epoch == state.LastProducerEpoch && before.Epoch >= 0
                ? Begin(
                    state.ProducerId,
                    state.ProducerEpoch,
                    state.LastProducerEpoch,
                    state.PreviousProducerId,
                    timeoutMs,
                    moment)
                : new TransactionOutcome(ErrorCode.ProducerFenced);
        }

        short lastEpoch = known is null ? (short)-1 : state.ProducerEpoch;
        if (state.ProducerEpoch < EpochMax)
        {
            short next = (short)(state.ProducerEpoch + 1);
            return Begin(state.ProducerId, next, lastEpoch, state.PreviousProducerId, timeoutMs, moment);
        }

        return newProducerId < 0
            ? TransactionOutcome.WantsProducerId
            : Begin(newProducerId, epoch: 0, lastEpoch, state.ProducerId, timeoutMs, moment);
    }

    private TransactionOutcome Begin(
        long producerId,
        short epoch,
        short lastEpoch,
        long previousProducerId,
        int timeoutMs,
        TransactionMoment moment) => new(ErrorCode.None, new TransactionState
        {
            Status = TransactionStatus.Empty,
            ProducerId = producerId,
            ProducerEpoch = epoch,
            LastProducerEpoch = lastEpoch,
            PreviousProducerId = previousProducerId,
            TimeoutMs = timeoutMs,
            UpdateMs = moment.Timestamp,
            DeadlineMs = Forgotten(moment),
        });

    private long Forgotten(TransactionMoment moment) => moment.Now + (long)settings.IdExpiration.TotalMilliseconds;
}
