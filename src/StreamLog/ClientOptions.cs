namespace StreamLog;

/// <summary>Gives each client options of its own, which begin as the node's.</summary>
internal static class ClientOptions
{
    /// <summary>Returns a producer's options.</summary>
    /// <param name="node">The node's, which stay as they are.</param>
    /// <param name="configure">Sets further ones.</param>
    /// <returns>The options, which are legal.</returns>
    public static ProducerOptions For(ProducerOptions node, Action<ProducerOptions>? configure)
    {
        ProducerOptions options = new()
        {
            ClientId = node.ClientId,
            Linger = node.Linger,
            BatchBytes = node.BatchBytes,
            BufferBytes = node.BufferBytes,
            MaxRequestBytes = node.MaxRequestBytes,
            MaxInFlight = node.MaxInFlight,
            Idempotence = node.Idempotence,
            Compression = node.Compression,
            DeliveryTimeout = node.DeliveryTimeout,
            RequestTimeout = node.RequestTimeout,
            MaxBlock = node.MaxBlock,
            RetryBackoff = node.RetryBackoff,
            RetryBackoffMax = node.RetryBackoffMax,
            Partitioner = node.Partitioner,
        };
        configure?.Invoke(options);
        StreamLogOptionsValidator.ThrowIfInvalid(options);
        return options;
    }

    /// <summary>Returns a consumer's options.</summary>
    /// <param name="node">The node's, which stay as they are.</param>
    /// <param name="configure">Sets further ones.</param>
    /// <returns>The options, which are legal.</returns>
    public static ConsumerOptions For(ConsumerOptions node, Action<ConsumerOptions>? configure)
    {
        ConsumerOptions options = new()
        {
            ClientId = node.ClientId,
            Group = node.Group,
            OffsetReset = node.OffsetReset,
            Commit = node.Commit,
            CommitInterval = node.CommitInterval,
            FetchAheadBytes = node.FetchAheadBytes,
            FetchMaxBytes = node.FetchMaxBytes,
            MaxPartitionFetchBytes = node.MaxPartitionFetchBytes,
            FetchMinBytes = node.FetchMinBytes,
            FetchMaxWait = node.FetchMaxWait,
            RetryBackoff = node.RetryBackoff,
            ApiTimeout = node.ApiTimeout,
        };
        configure?.Invoke(options);
        StreamLogOptionsValidator.ThrowIfInvalid(options);
        return options;
    }
}
