namespace StreamLog;

/// <summary>A transaction of an <see cref="ITransactionalProducer"/>: the records that its producers append while it is
/// open, and the offsets that it is given, count together or not at all.</summary>
/// <remarks>
/// <para>Thread-safe. Dispose it in every case: one that is neither committed nor aborted is aborted then. Disposal
/// does not throw.</para>
/// <para>Once an append has failed behind its caller's back, or offsets are refused, a transaction can only be
/// aborted: appends and the commit throw and name the first failure.</para>
/// </remarks>
public interface ITransaction : IAsyncDisposable
{
    /// <summary>Makes the offsets behind records part of the transaction, in the name of the consumer that has yielded
    /// them.</summary>
    /// <typeparam name="TKey">The type of the consumer's keys.</typeparam>
    /// <typeparam name="TValue">The type of the consumer's values.</typeparam>
    /// <param name="consumer">A consumer of this library with <see cref="CommitMode.Manual"/>.</param>
    /// <param name="processed">All records of the consumer that the transaction has processed, in the order in which
    /// they were yielded.</param>
    /// <param name="cancellationToken">Stops the wait. The offsets may be part of the transaction all the
    /// same.</param>
    /// <returns>A task that completes when the group has taken them. They count with the commit.</returns>
    /// <exception cref="StreamLogException">The consumer has lost a partition since it has yielded a record of it
    /// (<see cref="ErrorCode.RebalanceInProgress"/>), it is no member any more
    /// (<see cref="ErrorCode.UnknownMemberId"/>), the offsets cannot be kept, or the producer was replaced
    /// (<see cref="ErrorCode.ProducerFenced"/>). The transaction can only be aborted then.</exception>
    ValueTask SendOffsetsAsync<TKey, TValue>(
        IGroupConsumer<TKey, TValue> consumer,
        IEnumerable<Record<TKey, TValue>> processed,
        CancellationToken cancellationToken = default);

    /// <summary>Makes offsets of a group without members part of the transaction.</summary>
    /// <param name="group">The group.</param>
    /// <param name="offsets">For each partition the offset to read next.</param>
    /// <param name="cancellationToken">Stops the wait. The offsets may be part of the transaction all the
    /// same.</param>
    /// <returns>A task that completes when the group has taken them. They count with the commit.</returns>
    /// <exception cref="StreamLogException">The group has members, the offsets cannot be kept, or the producer was
    /// replaced. The transaction can only be aborted then.</exception>
    ValueTask SendOffsetsAsync(
        string group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        CancellationToken cancellationToken = default);

    /// <summary>Sends what waits, and makes all of the transaction count.</summary>
    /// <param name="cancellationToken">Stops the wait, and not the commit: call again to learn its outcome.</param>
    /// <returns>A task that completes when the commit is durable. Consumers of committed records see it from then on,
    /// at the latest as soon as it is marked in every partition.</returns>
    /// <exception cref="StreamLogException">
    /// The transaction cannot be committed: abort it. <see cref="ErrorCode.ProducerFenced"/>: it was aborted, since
    /// another producer has begun to use the id, or since it was open for longer than
    /// <see cref="ProducerOptions.TransactionTimeout"/>; the message says where that cannot be told from a commit whose
    /// answer was lost. <see cref="ErrorCode.RequestTimedOut"/>: nobody has answered
    /// within <see cref="ProducerOptions.MaxBlock"/>, so the outcome is unknown; call again.
    /// </exception>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes nothing of the transaction count. What waits is not sent any more. It does nothing where the
    /// transaction is aborted already.</summary>
    /// <param name="cancellationToken">Stops the wait, and not the abort.</param>
    /// <returns>A task that completes when the abort is durable.</returns>
    /// <exception cref="StreamLogException">The transaction is committed, or that is in doubt
    /// (<see cref="ErrorCode.InvalidTransactionState"/>); or the broker has not answered, and will abort it when the
    /// next one begins, or when its time is over.</exception>
    ValueTask AbortAsync(CancellationToken cancellationToken = default);
}
