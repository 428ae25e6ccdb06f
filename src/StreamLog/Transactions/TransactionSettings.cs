namespace StreamLog.Transactions;

/// <summary>The limits of transactions. Immutable. The defaults are Kafka's.</summary>
internal sealed record TransactionSettings
{
    /// <summary>Gets the longest time that a transaction may ask for (<c>transaction.max.timeout.ms</c>).</summary>
    public TimeSpan TimeoutMax { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Gets after which time an id is forgotten that nobody uses
    /// (<c>transactional.id.expiration.ms</c>).</summary>
    public TimeSpan IdExpiration { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Gets how long who comes while the transaction before is ending is kept waiting, before it is told to
    /// come again (<c>add.partitions.to.txn.retry.backoff.max.ms</c>).</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets after which time a mark is written again that could not be written.</summary>
    public TimeSpan MarkRetry { get; init; } = TimeSpan.FromSeconds(1);
}
