namespace StreamLog;

/// <summary>Appends records to several partitions in transactions: all of one count, or none.</summary>
/// <remarks>
/// <para>Thread-safe, with one transaction at a time. At most one producer uses a <see cref="TransactionalId"/>: when a
/// new one begins its first transaction, what an older one has open is aborted, and the older one is fenced: nothing it
/// does counts any more, and its transactions fail with <see cref="ErrorCode.ProducerFenced"/>. So an application that
/// restarts under the same id never doubles what it did before.</para>
/// <para>Consumers with <see cref="IsolationLevel.ReadCommitted"/> see transactions as a whole. Disposal aborts what is
/// open.</para>
/// </remarks>
public interface ITransactionalProducer : IAsyncDisposable
{
    /// <summary>Gets the name that the producer keeps over restarts. Kafka calls it <c>transactional.id</c>.</summary>
    string TransactionalId { get; }

    /// <summary>Returns a producer whose records belong to the transaction that is open.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="keySerializer">Codes keys; <see langword="null"/> is the one of <see cref="Serdes"/>.</param>
    /// <param name="valueSerializer">Codes values; the same.</param>
    /// <returns>A producer. While no transaction is open it refuses records
    /// (<see cref="ErrorCode.InvalidTransactionState"/>). An awaited append tells that the record is in the log, and
    /// not that it counts. It ends with this object; its own disposal does nothing.</returns>
    /// <exception cref="StreamLogException">Nothing codes one of the types.</exception>
    IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        ISerializer<TKey>? keySerializer = null, ISerializer<TValue>? valueSerializer = null);

    /// <summary>Begins a transaction. The first one takes the id over from whoever used it before.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The transaction, which the caller commits or aborts, and disposes.</returns>
    /// <exception cref="StreamLogException">Another one is open (<see cref="ErrorCode.InvalidTransactionState"/>), the
    /// producer was fenced (<see cref="ErrorCode.ProducerFenced"/>; create another one), or the broker does not
    /// answer within <see cref="ProducerOptions.MaxBlock"/>.</exception>
    ValueTask<ITransaction> BeginAsync(CancellationToken cancellationToken = default);

    /// <summary>Processes the records of a group exactly once: each list of records, what is appended for them, and
    /// the group's offsets are one transaction.</summary>
    /// <typeparam name="TKey">The type of the consumer's keys.</typeparam>
    /// <typeparam name="TValue">The type of the consumer's values.</typeparam>
    /// <param name="source">A consumer of this library with <see cref="CommitMode.Manual"/>, which nobody else reads;
    /// with <see cref="IsolationLevel.ReadCommitted"/> where others append transactions.</param>
    /// <param name="process">Appends what follows from a list of records, by producers of
    /// <see cref="CreateProducer"/>. It is called again with the same records where a transaction had to be aborted for
    /// a passing reason, without those whose partition was lost to another member. What it does besides is done
    /// again too.</param>
    /// <param name="maxRecords">The longest list.</param>
    /// <param name="maxWait">How long to wait for a full list once it has a record; <see langword="null"/> is
    /// 100 ms, after Kafka Streams' <c>commit.interval.ms</c>.</param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>. The transaction under way
    /// is aborted, unless its commit has begun, which is finished first.</param>
    /// <returns>A task that runs until it is stopped or fails.</returns>
    /// <exception cref="StreamLogException">The source cannot be read, the producer was fenced, or something failed
    /// that does not pass. What <paramref name="process"/> throws is thrown too. Nothing of the transaction counts
    /// then, and whoever reads the source next gets its records again. Where nobody knows whether it counts, since the
    /// broker did not answer its commit, the source yields nothing any more.</exception>
    Task ProcessAsync<TKey, TValue>(
        IGroupConsumer<TKey, TValue> source,
        Func<IReadOnlyList<Record<TKey, TValue>>, CancellationToken, ValueTask> process,
        int maxRecords = 1000,
        TimeSpan? maxWait = null,
        CancellationToken cancellationToken = default);
}
