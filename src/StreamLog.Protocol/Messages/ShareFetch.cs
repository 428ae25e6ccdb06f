namespace StreamLog.Protocol.Messages;

// Versions:
//   1  the first that is stable; flexible
//   2  how strictly records are counted; acknowledgement as still at work

/// <summary>Acquires records for a member of a share group, and acknowledges others.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareFetch, MessageKind.Request, 1, 2, FlexibleFrom = 0)]
public sealed partial class ShareFetchRequest : IRequest<ShareFetchResponse>
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

    /// <summary>Gets or sets how long to wait for records, in milliseconds.</summary>
    [Field("0+")]
    public int MaxWaitMs { get; set; }

    /// <summary>Returns a request that is the same but for how much it asks for.</summary>
    /// <param name="minBytes">How many bytes to wait for.</param>
    /// <param name="maxBytes">How many bytes to answer with.</param>
    /// <returns>A copy, which shares its lists with this request.</returns>
    public ShareFetchRequest WithBytes(int minBytes, int maxBytes)
    {
        ShareFetchRequest copy = (ShareFetchRequest)MemberwiseClone();
        (copy.MinBytes, copy.MaxBytes) = (minBytes, maxBytes);
        return copy;
    }

    /// <summary>Gets or sets how many bytes to wait for.</summary>
    [Field("0+")]
    public int MinBytes { get; set; }

    /// <summary>Gets or sets how many bytes to answer with.</summary>
    [Field("0+")]
    public int MaxBytes { get; set; } = int.MaxValue;

    /// <summary>Gets or sets how many records to acquire.</summary>
    [Field("1+")]
    public int MaxRecords { get; set; }

    /// <summary>Gets or sets how many records to keep together.</summary>
    [Field("1+")]
    public int BatchSize { get; set; }

    /// <summary>Gets or sets how records are counted: 0 for whole batches, 1 for each record.</summary>
    [Field("2+")]
    public sbyte ShareAcquireMode { get; set; }

    /// <summary>Gets or sets whether any record is acknowledged as still at work.</summary>
    [Field("2+")]
    public bool IsRenewAck { get; set; }

    /// <summary>Gets or sets the topics to add to the session, or to acknowledge records of.</summary>
    [Field("0+")]
    public List<FetchTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets the topics to take out of the session.</summary>
    [Field("0+")]
    public List<ForgottenTopic> ForgottenTopicsData { get; set; } = [];

    /// <summary>Returns a request that is the same but for its partitions.</summary>
    /// <param name="topics">The topics to add to the session, or to acknowledge records of.</param>
    /// <param name="forgotten">The topics to take out of the session.</param>
    /// <returns>A copy, which shares nothing with this request that either might change.</returns>
    public ShareFetchRequest WithPartitions(List<FetchTopic> topics, List<ForgottenTopic> forgotten)
    {
        ShareFetchRequest copy = (ShareFetchRequest)MemberwiseClone();
        (copy.Topics, copy.ForgottenTopicsData) = (topics, forgotten);
        return copy;
    }

    /// <summary>One topic.</summary>
    public sealed partial class FetchTopic
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<FetchPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class FetchPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what became of records acquired before.</summary>
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

    /// <summary>Some partitions to take out of the session.</summary>
    public sealed partial class ForgottenTopic
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Carries acquired records. It owns their buffers; its final receiver disposes it.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareFetch, MessageKind.Response, 1, 2, FlexibleFrom = 0)]
public sealed partial class ShareFetchResponse : IDisposable, IThrottledResponse
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
    [Field("1+")]
    public int AcquisitionLockTimeoutMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ShareFetchableTopicResponse> Responses { get; set; } = [];

    /// <summary>Gets or sets where to reach the leaders named in the response.</summary>
    [Field("0+")]
    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <summary>Gives back all record buffers. Once is enough, and twice is harmless.</summary>
    public void Dispose()
    {
        foreach (ShareFetchableTopicResponse topic in Responses)
        {
            foreach (PartitionData partition in topic.Partitions)
            {
                partition.Records?.Dispose();
                partition.Records = null;
            }
        }
    }

    /// <summary>One topic of the answer.</summary>
    public sealed partial class ShareFetchableTopicResponse
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

        /// <summary>Gets or sets what went wrong with the acknowledgements, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode AcknowledgeErrorCode { get; set; }

        /// <summary>Gets or sets the same in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? AcknowledgeErrorMessage { get; set; }

        /// <summary>Gets or sets the leader to ask instead.</summary>
        [Field("0+")]
        public LeaderIdAndEpoch CurrentLeader { get; set; } = new();

        /// <summary>Gets or sets the record batches. They may hold more than what is acquired.</summary>
        [Field("0+", NullableFrom = 0)]
        public RecordBuffer? Records { get; set; }

        /// <summary>Gets or sets what of them the member has acquired.</summary>
        [Field("0+")]
        public List<AcquiredRecords> AcquiredRecords { get; set; } = [];
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

    /// <summary>A run of acquired records.</summary>
    public sealed partial class AcquiredRecords
    {
        /// <summary>Gets or sets the first offset.</summary>
        [Field("0+")]
        public long FirstOffset { get; set; }

        /// <summary>Gets or sets the last offset.</summary>
        [Field("0+")]
        public long LastOffset { get; set; }

        /// <summary>Gets or sets how often they were delivered, this time included.</summary>
        [Field("0+")]
        public short DeliveryCount { get; set; }
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
