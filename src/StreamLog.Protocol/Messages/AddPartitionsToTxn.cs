namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response
//   2  ProducerFenced may be answered
//   3  flexible
//   4  from broker to broker: several transactions, which may only be verified
//   5  TransactionAbortable may be answered

/// <summary>Adds partitions to transactions, or verifies that they belong to them.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AddPartitionsToTxn, MessageKind.Request, 0, 5, FlexibleFrom = 3)]
public sealed partial class AddPartitionsToTxnRequest : IRequest<AddPartitionsToTxnResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the transactions.</summary>
    [Field("4+")]
    public List<AddPartitionsToTxnTransaction> Transactions { get; set; } = [];

    /// <summary>Gets or sets the transactional id of the one transaction.</summary>
    [Field("0-3")]
    public string V3AndBelowTransactionalId { get; set; } = "";

    /// <summary>Gets or sets the producer id of the one transaction.</summary>
    [Field("0-3")]
    public long V3AndBelowProducerId { get; set; }

    /// <summary>Gets or sets the epoch of the producer of the one transaction.</summary>
    [Field("0-3")]
    public short V3AndBelowProducerEpoch { get; set; }

    /// <summary>Gets or sets the partitions to add to the one transaction.</summary>
    [Field("0-3")]
    public List<AddPartitionsToTxnTopic> V3AndBelowTopics { get; set; } = [];

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>One transaction.</summary>
    public sealed partial class AddPartitionsToTxnTransaction
    {
        /// <summary>Gets or sets the transactional id.</summary>
        [Field("4+")]
        public string TransactionalId { get; set; } = "";

        /// <summary>Gets or sets the producer id.</summary>
        [Field("4+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets the epoch of the producer.</summary>
        [Field("4+")]
        public short ProducerEpoch { get; set; }

        /// <summary>Gets or sets whether to tell only whether the partitions are in the transaction.</summary>
        [Field("4+")]
        public bool VerifyOnly { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("4+")]
        public List<AddPartitionsToTxnTopic> Topics { get; set; } = [];
    }

    /// <summary>One topic of a transaction.</summary>
    public sealed partial class AddPartitionsToTxnTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the numbers of the partitions.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Tells which partitions are in their transactions now.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AddPartitionsToTxn, MessageKind.Response, 0, 5, FlexibleFrom = 3)]
public sealed partial class AddPartitionsToTxnResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("4+", Ignorable = true)]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the transactions.</summary>
    [Field("4+")]
    public List<AddPartitionsToTxnResult> ResultsByTransaction { get; set; } = [];

    /// <summary>Gets or sets the topics of the one transaction.</summary>
    [Field("0-3")]
    public List<AddPartitionsToTxnTopicResult> ResultsByTopicV3AndBelow { get; set; } = [];

    /// <summary>One transaction of the answer.</summary>
    public sealed partial class AddPartitionsToTxnResult
    {
        /// <summary>Gets or sets the transactional id.</summary>
        [Field("4+")]
        public string TransactionalId { get; set; } = "";

        /// <summary>Gets or sets the topics.</summary>
        [Field("4+")]
        public List<AddPartitionsToTxnTopicResult> TopicResults { get; set; } = [];
    }

    /// <summary>One topic of the answer.</summary>
    public sealed partial class AddPartitionsToTxnTopicResult
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<AddPartitionsToTxnPartitionResult> ResultsByPartition { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class AddPartitionsToTxnPartitionResult
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode PartitionErrorCode { get; set; }
    }
}
