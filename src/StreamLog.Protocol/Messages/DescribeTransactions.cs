namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Asks for the state of transactional ids.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeTransactions, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeTransactionsRequest : IRequest<DescribeTransactionsResponse>
{
    /// <summary>Gets or sets the transactional ids.</summary>
    [Field("0+")]
    public List<string> TransactionalIds { get; set; } = [];
}

/// <summary>Tells the state of transactional ids.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeTransactions, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeTransactionsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the transactional ids.</summary>
    [Field("0+")]
    public List<TransactionState> TransactionStates { get; set; } = [];

    /// <summary>The state of one transactional id.</summary>
    public sealed partial class TransactionState
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the transactional id.</summary>
        [Field("0+")]
        public string TransactionalId { get; set; } = "";

        /// <summary>Gets or sets Kafka's word for the state.</summary>
        [Field("0+")]
        public string State { get; set; } = "";

        /// <summary>Gets or sets how long a transaction may stay open, in milliseconds.</summary>
        [Field("0+")]
        public int TransactionTimeoutMs { get; set; }

        /// <summary>Gets or sets when the transaction began, in milliseconds since 1970, or -1.</summary>
        [Field("0+")]
        public long TransactionStartTimeMs { get; set; }

        /// <summary>Gets or sets the producer id.</summary>
        [Field("0+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets the epoch of the producer.</summary>
        [Field("0+")]
        public short ProducerEpoch { get; set; }

        /// <summary>Gets or sets the partitions in the transaction.</summary>
        [Field("0+")]
        public List<TopicData> Topics { get; set; } = [];
    }

    /// <summary>One topic in a transaction.</summary>
    public sealed partial class TopicData
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the numbers of the partitions.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
