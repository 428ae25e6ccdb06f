namespace StreamLog.Clients.Sharing;

/// <summary>Checks the options of a queue's consumer. Stateless.</summary>
internal static class ShareOptionRules
{
    // The broker delivers a record five times at most, and the last is left for what becomes a dead letter.
    private const int MaxDeliveriesMax = 4;

    /// <summary>Checks options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="topic">The topic that is consumed.</param>
    /// <exception cref="StreamLogException">No consumer can work with them.</exception>
    public static void Check(ShareConsumerOptions options, string topic)
    {
        string? fault =
            options.MaxRecords < 1 ? "MaxRecords must be 1 or more."
            : options.FetchMaxBytes < 1 ? "FetchMaxBytes must be 1 or more."
            : options.MaxDeliveries is < 1 or > MaxDeliveriesMax ? $"MaxDeliveries must be 1 to {MaxDeliveriesMax}."
            : options.FetchMaxWait < TimeSpan.Zero ? "FetchMaxWait must not be negative."
            : options.CommitInterval < TimeSpan.Zero ? "CommitInterval must not be negative."
            : options.RetryBackoff <= TimeSpan.Zero ? "RetryBackoff must be more than nothing."
            : options.ApiTimeout <= TimeSpan.Zero ? "ApiTimeout must be more than nothing."
            : options.DeadLetterTopic == topic ? "A topic cannot take its own dead letters."
            : null;
        if (fault is not null)
            throw new StreamLogException(ErrorCode.InvalidConfig, $"The queue on topic '{topic}': {fault}");
        if (options.DeadLetterTopic is { } deadLetterTopic)
            TopicNames.Check(deadLetterTopic);
    }
}
