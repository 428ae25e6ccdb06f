namespace StreamLog.Protocol.Messages;

// Versions:
//   1  the first that is stable; flexible
//   2  acknowledgement as still at work

/// <summary>Says what became of acquired records.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareAcknowledge, MessageKind.Request, 1, 2, FlexibleFrom = 0)]
public sealed partial class ShareAcknowledgeRequest : IRequest<ShareAcknowledgeResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? GroupId { get; set; }

    /// <summary>Gets or sets the member's id.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? MemberId { get; set; } = "";

    /// <summary>Gets or sets the session's epoch: 0 to open one, -1 to close it, and one more with each request
    /// between.</summary>
    [Field("0+")]
    public int ShareSessionEpoch { get; set; }

    /// <summary>Gets or sets whether any record is acknowledged as still at work.</summary>
    [Field("2+")]
    public bool IsRenewAck { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<AcknowledgeTopic> Topics { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class AcknowledgeTopic
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<AcknowledgePartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class AcknowledgePartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what became of its records.</summary>
        [Field("0+")]
        public List<AcknowledgementBatch> AcknowledgementBatches { get; set; } = [];
    }

    /// <summary>What became of a run of records.</summary>
    public sealed partial class AcknowledgementBatch
    {
        /// <summary>Gets or sets the first offset.</summary>
        [Field("0+")]
        public long FirstOffset { get; set; }

        /// <summary>Gets or sets the last offset.</summary>
        [Field("0+")]
        public long LastOffset { get; set; }

        /// <summary>Gets or sets what became of each record, or of all of them alike: 0 where there is none, 1 for
        /// accepted, 2 for released, 3 for rejected, 4 for still at work.</summary>
        [Field("0+")]
        public List<sbyte> AcknowledgeTypes { get; set; } = [];
    }
}

/// <summary>Tells whether the acknowledgements hold.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareAcknowledge, MessageKind.Response, 1, 2, FlexibleFrom = 0)]
public sealed partial class ShareAcknowledgeResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong, in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets for how long acquired records belong to the member, in milliseconds.</summary>
    [Field("2+", Ignorable = true)]
    public int AcquisitionLockTimeoutMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ShareAcknowledgeTopicResponse> Responses { get; set; } = [];

    /// <summary>Gets or sets where to reach the leaders named in the response.</summary>
    [Field("0+")]
    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class ShareAcknowledgeTopicResponse
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionData> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class PartitionData
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }

        /// <summary>Gets or sets the leader to ask instead.</summary>
        [Field("0+")]
        public LeaderIdAndEpoch CurrentLeader { get; set; } = new();
    }

    /// <summary>A leader and its epoch.</summary>
    public sealed partial class LeaderIdAndEpoch
    {
        /// <summary>Gets or sets the node that leads, or -1 where it is not known.</summary>
        [Field("0+")]
        public int LeaderId { get; set; }

        /// <summary>Gets or sets the epoch of that leader, or -1.</summary>
        [Field("0+")]
        public int LeaderEpoch { get; set; }
    }

    /// <summary>Where to reach one node.</summary>
    public sealed partial class NodeEndpoint
    {
        /// <summary>Gets or sets the node's id.</summary>
        [Field("0+")]
        public int NodeId { get; set; }

        /// <summary>Gets or sets the host name.</summary>
        [Field("0+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("0+")]
        public int Port { get; set; }

        /// <summary>Gets or sets the rack of the node, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Rack { get; set; }
    }
}
