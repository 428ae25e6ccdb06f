namespace StreamLog.Clients.Transacting;

/// <summary>One transaction of a producer, as its application holds it.</summary>
/// <remarks>Thread-safe: its producer does one thing at a time.</remarks>
internal sealed class Transaction : ITransaction
{
    private readonly TransactionalProducer _producer;
    private volatile bool _isDisposed;
    private volatile TransactionPhase _phase;

    /// <summary>Creates an open transaction.</summary>
    /// <param name="producer">The producer.</param>
    public Transaction(TransactionalProducer producer) => _producer = producer;

    /// <summary>Gets or sets how far it has come. Its producer's, in its turn.</summary>
    public TransactionPhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Gets or sets whether the broker may have heard of the commit without an answer to it. Its producer's,
    /// in its turn.</summary>
    public bool MayBeCommitted { get; set; }

    /// <summary>Gets whether the application is through with it, whatever has become of it.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>Gets whether it is decided what has become of it.</summary>
    public bool IsOver => Phase is TransactionPhase.Committed or TransactionPhase.Aborted;

    /// <inheritdoc/>
    public ValueTask SendOffsetsAsync<TKey, TValue>(
        IGroupConsumer<TKey, TValue> consumer,
        IEnumerable<Record<TKey, TValue>> processed,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return SendOffsetsAsync(ReadingOf(consumer), ProcessedRecords.Of(processed), cancellationToken);
    }

    /// <summary>Makes the offsets behind records part of the transaction.</summary>
    /// <param name="source">The consumer that has yielded them.</param>
    /// <param name="processed">The records.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the group has taken them.</returns>
    public ValueTask SendOffsetsAsync(
        IGroupReading source, ProcessedRecords processed, CancellationToken cancellationToken) =>
        _producer.SendOffsetsAsync(this, source.Group, () => processed.ToCommit(source), cancellationToken);

    /// <inheritdoc/>
    public ValueTask SendOffsetsAsync(
        string group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentNullException.ThrowIfNull(offsets);
        Dictionary<TopicPartition, OffsetAndMetadata> copy = new(offsets);
        foreach ((TopicPartition partition, OffsetAndMetadata offset) in copy)
            ClientErrors.ThrowIfNegative(partition, offset.Offset, nameof(offsets));
        return _producer.SendOffsetsAsync(this, group, () => (null, copy), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken = default) =>
        _producer.CommitAsync(this, cancellationToken);

    /// <inheritdoc/>
    public ValueTask AbortAsync(CancellationToken cancellationToken = default) =>
        _producer.AbortAsync(this, cancellationToken);

    /// <summary>Notes that nobody holds it: whoever waited for it has gone.</summary>
    public void Abandon() => _isDisposed = true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return _producer.LetGoAsync(this);
    }

    /// <summary>Returns what a transaction must know of a consumer.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="consumer">The consumer.</param>
    /// <returns>The same, as a transaction sees it.</returns>
    /// <exception cref="ArgumentException">It is no consumer of this library, or it commits by itself.</exception>
    public static IGroupReading ReadingOf<TKey, TValue>(IGroupConsumer<TKey, TValue> consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        if (consumer is not IGroupReading reading)
        {
            throw new ArgumentException(
                $"A {consumer.GetType().Name} does not tell as which member it reads. Give a consumer of "
                + "ITopic.Consume or IStreamLog.Subscribe, or the group and its offsets.",
                nameof(consumer));
        }

        if (!reading.IsManual)
        {
            throw new ArgumentException(
                $"The consumer of group '{reading.Group}' commits by itself, besides the transaction. Set "
                + "ConsumerOptions.Commit to CommitMode.Manual.",
                nameof(consumer));
        }

        return reading;
    }
}
