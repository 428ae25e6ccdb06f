namespace StreamLog.Clients;

/// <summary>Copies options, so that a client's own do not change the node's.</summary>
internal static class OptionCopies
{
    /// <summary>Copies the options of a producer.</summary>
    /// <param name="options">The options.</param>
    /// <param name="configure">Changes the copy.</param>
    /// <returns>The copy.</returns>
    public static ProducerOptions Copy(ProducerOptions options, Action<ProducerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ProducerOptions copy = new()
        {
            ClientId = options.ClientId,
            Linger = options.Linger,
            BatchBytes = options.BatchBytes,
            BufferBytes = options.BufferBytes,
            MaxRequestBytes = options.MaxRequestBytes,
            MaxInFlight = options.MaxInFlight,
            Acks = options.Acks,
            Idempotence = options.Idempotence,
            Compression = options.Compression,
            DeliveryTimeout = options.DeliveryTimeout,
            RequestTimeout = options.RequestTimeout,
            MaxBlock = options.MaxBlock,
            TransactionTimeout = options.TransactionTimeout,
            RetryBackoff = options.RetryBackoff,
            RetryBackoffMax = options.RetryBackoffMax,
            Partitioner = options.Partitioner,
        };
        configure?.Invoke(copy);
        return copy;
    }

    /// <summary>Copies the options of a consumer.</summary>
    /// <param name="options">The options.</param>
    /// <param name="configure">Changes the copy.</param>
    /// <returns>The copy.</returns>
    public static ConsumerOptions Copy(ConsumerOptions options, Action<ConsumerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ConsumerOptions copy = new()
        {
            ClientId = options.ClientId,
            Group = options.Group,
            InstanceId = options.InstanceId,
            Assignor = options.Assignor,
            MaxPollInterval = options.MaxPollInterval,
            SessionTimeout = options.SessionTimeout,
            RebalanceListener = options.RebalanceListener,
            OffsetReset = options.OffsetReset,
            Isolation = options.Isolation,
            Commit = options.Commit,
            CommitInterval = options.CommitInterval,
            FetchAheadBytes = options.FetchAheadBytes,
            FetchMaxBytes = options.FetchMaxBytes,
            MaxPartitionFetchBytes = options.MaxPartitionFetchBytes,
            FetchMinBytes = options.FetchMinBytes,
            FetchMaxWait = options.FetchMaxWait,
            RetryBackoff = options.RetryBackoff,
            ApiTimeout = options.ApiTimeout,
        };
        configure?.Invoke(copy);
        return copy;
    }
}
