namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  filter by duration
//   2  filter by a pattern of ids

/// <summary>Asks for the transactional ids there are.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListTransactions, MessageKind.Request, 0, 2, FlexibleFrom = 0)]
public sealed partial class ListTransactionsRequest : IRequest<ListTransactionsResponse>
{
    /// <summary>Gets or sets the states to tell of, or nothing for all.</summary>
    [Field("0+")]
    public List<string> StateFilters { get; set; } = [];

    /// <summary>Gets or sets the producer ids to tell of, or nothing for all.</summary>
    [Field("0+")]
    public List<long> ProducerIdFilters { get; set; } = [];

    /// <summary>Gets or sets how long a transaction must have been open, in milliseconds, or -1 for all.</summary>
    [Field("1+")]
    public long DurationFilter { get; set; } = -1;

    /// <summary>Gets or sets the RE2 pattern that ids must match, or null for all.</summary>
    [Field("2+", NullableFrom = 2)]
    public string? TransactionalIdPattern { get; set; }
}

/// <summary>Tells the transactional ids there are.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListTransactions, MessageKind.Response, 0, 2, FlexibleFrom = 0)]
public sealed partial class ListTransactionsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the states that were asked for and are none.</summary>
    [Field("0+")]
    public List<string> UnknownStateFilters { get; set; } = [];

    /// <summary>Gets or sets the transactional ids.</summary>
    [Field("0+")]
    public List<TransactionState> TransactionStates { get; set; } = [];

    /// <summary>One transactional id.</summary>
    public sealed partial class TransactionState
    {
        /// <summary>Gets or sets the transactional id.</summary>
        [Field("0+")]
        public string TransactionalId { get; set; } = "";

        /// <summary>Gets or sets the producer id.</summary>
        [Field("0+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets Kafka's word for the state.</summary>
        [Field("0+")]
        public string State { get; set; } = "";
    }
}
