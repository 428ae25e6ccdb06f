namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response
//   2  leader epoch
//   3  flexible; the member of the group
//   4  TransactionAbortable may be answered
//   5  the partition of the offsets joins by this

/// <summary>Commits the offsets of a group within a transaction.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.TxnOffsetCommit, MessageKind.Request, 0, 5, FlexibleFrom = 3)]
public sealed partial class TxnOffsetCommitRequest : IRequest<TxnOffsetCommitResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the transactional id.</summary>
    [Field("0+")]
    public string TransactionalId { get; set; } = "";

    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the producer id.</summary>
    [Field("0+")]
    public long ProducerId { get; set; }

    /// <summary>Gets or sets the epoch of the producer.</summary>
    [Field("0+")]
    public short ProducerEpoch { get; set; }

    /// <summary>Gets or sets the generation or member epoch of the caller, or -1 where that is not known.</summary>
    [Field("3+")]
    public int GenerationId { get; set; } = -1;

    /// <summary>Gets or sets the caller's member id, or nothing where that is not known.</summary>
    [Field("3+")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the id of the static member, or null.</summary>
    [Field("3+", NullableFrom = 3)]
    public string? GroupInstanceId { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TxnOffsetCommitRequestTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>One topic with offsets to commit.</summary>
    public sealed partial class TxnOffsetCommitRequestTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<TxnOffsetCommitRequestPartition> Partitions { get; set; } = [];
    }

    /// <summary>One offset to commit.</summary>
    public sealed partial class TxnOffsetCommitRequestPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the offset of the next record to read.</summary>
        [Field("0+")]
        public long CommittedOffset { get; set; }

        /// <summary>Gets or sets the leader epoch of the last record read, or -1.</summary>
        [Field("2+", Ignorable = true)]
        public int CommittedLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets a note of the client, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? CommittedMetadata { get; set; } = "";
    }
}

/// <summary>Tells what became of the offsets.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.TxnOffsetCommit, MessageKind.Response, 0, 5, FlexibleFrom = 3)]
public sealed partial class TxnOffsetCommitResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TxnOffsetCommitResponseTopic> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class TxnOffsetCommitResponseTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<TxnOffsetCommitResponsePartition> Partitions { get; set; } = [];
    }

    /// <summary>What became of one offset.</summary>
    public sealed partial class TxnOffsetCommitResponsePartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
