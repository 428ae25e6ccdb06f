namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  flexible

/// <summary>The state of a transactional id in <c>__transaction_state</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 1, FlexibleFrom = 1)]
public sealed partial class TransactionLogValue
{
    /// <summary>Gets or sets the producer id.</summary>
    [Field("0+")]
    public long ProducerId { get; set; }

    /// <summary>Gets or sets the producer id of the transaction before, or -1.</summary>
    [Field("1+", Tag = 0, Ignorable = true)]
    public long PreviousProducerId { get; set; } = -1;

    /// <summary>Gets or sets the producer id of the next transaction where the epochs of this one are used up, or
    /// -1.</summary>
    [Field("1+", Tag = 1, Ignorable = true)]
    public long NextProducerId { get; set; } = -1;

    /// <summary>Gets or sets the epoch of the producer.</summary>
    [Field("0+")]
    public short ProducerEpoch { get; set; }

    /// <summary>Gets or sets the epoch of <see cref="NextProducerId"/>, or -1 where there is none.</summary>
    [Field("1+", Tag = 3, Ignorable = true)]
    public short NextProducerEpoch { get; set; } = -1;

    /// <summary>Gets or sets how long a transaction may stay open, in milliseconds.</summary>
    [Field("0+")]
    public int TransactionTimeoutMs { get; set; }

    /// <summary>Gets or sets Kafka's number of the state.</summary>
    [Field("0+")]
    public sbyte TransactionStatus { get; set; }

    /// <summary>Gets or sets the partitions in the transaction, or null for none.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<PartitionsSchema>? TransactionPartitions { get; set; } = [];

    /// <summary>Gets or sets when the state last changed, in milliseconds since 1970.</summary>
    [Field("0+")]
    public long TransactionLastUpdateTimestampMs { get; set; }

    /// <summary>Gets or sets when the transaction began, in milliseconds since 1970, or -1.</summary>
    [Field("0+")]
    public long TransactionStartTimestampMs { get; set; }

    /// <summary>Gets or sets the rules that the client follows: 2 where each transaction has an epoch of its
    /// own.</summary>
    [Field("1+", Tag = 2, Ignorable = true)]
    public short ClientTransactionVersion { get; set; }

    /// <summary>One topic in a transaction.</summary>
    public sealed partial class PartitionsSchema
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the numbers of the partitions.</summary>
        [Field("0+")]
        public List<int> PartitionIds { get; set; } = [];
    }
}
