namespace StreamLog.Protocol.Messages;

// Versions:
//   4  isolation level; response: last stable offset and aborted transactions
//   5  log start offset
//   7  fetch sessions
//   9  current leader epoch
//   10 zstd
//   11 rack; response: preferred read replica
//   12 flexible; last fetched epoch; response: diverging epoch, current leader, snapshot id
//   13 topic ids take the place of topic names
//   14 OffsetMovedToTieredStorage may be answered
//   15 the replica state takes the place of the replica id
//   16 response: node endpoints
//   17 replica directory id
//   18 request: high watermark of the follower

/// <summary>Reads record batches from partitions.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Fetch, MessageKind.Request, 4, 18, FlexibleFrom = 12)]
public sealed partial class FetchRequest : IRequest<FetchResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the cluster's id, or null where it is not known.</summary>
    [Field("12+", NullableFrom = 12, Tag = 0, Ignorable = true)]
    public string? ClusterId { get; set; }

    /// <summary>Gets or sets the id of the follower that fetches, or -1 for a consumer.</summary>
    [Field("0-14")]
    public int ReplicaId { get; set; } = -1;

    /// <summary>Gets or sets the follower that fetches, or null for a consumer.</summary>
    [Field("15+", Tag = 1)]
    public FetchReplicaState? ReplicaState { get; set; }

    /// <summary>Gets or sets how long the broker may wait for data, in milliseconds.</summary>
    [Field("0+")]
    public int MaxWaitMs { get; set; }

    /// <summary>Gets or sets how much data is worth an answer before the wait is over, in bytes.</summary>
    [Field("0+")]
    public int MinBytes { get; set; }

    /// <summary>Gets or sets how much data to answer with, in bytes. One batch always goes through.</summary>
    [Field("3+", Ignorable = true)]
    public int MaxBytes { get; set; } = int.MaxValue;

    /// <summary>Gets or sets 0 to read up to the high watermark, 1 to read committed transactions only.</summary>
    [Field("4+", Ignorable = true)]
    public sbyte IsolationLevel { get; set; }

    /// <summary>Gets or sets the fetch session, or 0 for none.</summary>
    [Field("7+", Ignorable = true)]
    public int SessionId { get; set; }

    /// <summary>Gets or sets the epoch of the fetch session, or -1 for a fetch outside any session.</summary>
    [Field("7+", Ignorable = true)]
    public int SessionEpoch { get; set; } = -1;

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<FetchTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets the partitions that leave the fetch session.</summary>
    [Field("7+")]
    public List<ForgottenTopic> ForgottenTopicsData { get; set; } = [];

    /// <summary>Gets or sets the rack of the consumer, or nothing.</summary>
    [Field("11+", Ignorable = true)]
    public string RackId { get; set; } = "";

    /// <summary>Returns a request for the same topics that belongs to no session.</summary>
    /// <returns>A copy, which shares its topics with this request.</returns>
    public FetchRequest WithoutSession()
    {
        FetchRequest copy = (FetchRequest)MemberwiseClone();
        (copy.SessionId, copy.SessionEpoch, copy.ForgottenTopicsData) = (0, -1, []);
        return copy;
    }

    /// <summary>The follower that fetches. The schema calls it ReplicaState, which C# keeps for the property.</summary>
    public sealed partial class FetchReplicaState
    {
        /// <summary>Gets or sets the id of the follower, or -1 for a consumer.</summary>
        [Field("15+")]
        public int ReplicaId { get; set; } = -1;

        /// <summary>Gets or sets the epoch of the follower's registration, or -1 where it is not known.</summary>
        [Field("15+")]
        public long ReplicaEpoch { get; set; } = -1;
    }

    /// <summary>One topic to fetch.</summary>
    public sealed partial class FetchTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0-12", Ignorable = true)]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("13+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<FetchPartition> Partitions { get; set; } = [];
    }

    /// <summary>One topic with partitions that leave the session.</summary>
    public sealed partial class ForgottenTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("7-12", Ignorable = true)]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("13+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("7+")]
        public List<int> Partitions { get; set; } = [];
    }

    /// <summary>One partition to fetch.</summary>
    public sealed partial class FetchPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int Partition { get; set; }

        /// <summary>Gets or sets the leader epoch that the sender knows, or -1.</summary>
        [Field("9+", Ignorable = true)]
        public int CurrentLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the offset to read from.</summary>
        [Field("0+")]
        public long FetchOffset { get; set; }

        /// <summary>Gets or sets the epoch of the last record fetched, or -1 where it is not known.</summary>
        [Field("12+")]
        public int LastFetchedEpoch { get; set; } = -1;

        /// <summary>Gets or sets the follower's first offset, or -1 for a consumer.</summary>
        [Field("5+", Ignorable = true)]
        public long LogStartOffset { get; set; } = -1;

        /// <summary>Gets or sets how much data to answer with from this partition, in bytes.</summary>
        [Field("0+")]
        public int PartitionMaxBytes { get; set; }

        /// <summary>Gets or sets the id of the follower's directory.</summary>
        [Field("17+", Tag = 0, Ignorable = true)]
        public Guid ReplicaDirectoryId { get; set; }

        /// <summary>Gets or sets the follower's high watermark, or the highest number where it does not say.</summary>
        [Field("18+", Tag = 1, Ignorable = true)]
        public long HighWatermark { get; set; } = long.MaxValue;
    }
}

/// <summary>Carries record batches. It owns their buffers; its final receiver disposes it.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Fetch, MessageKind.Response, 4, 18, FlexibleFrom = 12)]
public sealed partial class FetchResponse : IDisposable, IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what is wrong with the fetch as a whole, or <see cref="ErrorCode.None"/>.</summary>
    [Field("7+", Ignorable = true)]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the fetch session, or 0 for none.</summary>
    [Field("7+", Ignorable = true)]
    public int SessionId { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<FetchableTopicResponse> Responses { get; set; } = [];

    /// <summary>Gets or sets where to reach the leaders named in the response.</summary>
    [Field("16+", Tag = 0, Ignorable = true)]
    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <summary>Gives back all record buffers. Once is enough, and twice is harmless.</summary>
    public void Dispose()
    {
        foreach (FetchableTopicResponse topic in Responses)
        {
            foreach (PartitionData partition in topic.Partitions)
            {
                partition.Records?.Dispose();
                partition.Records = null;
            }
        }
    }

    /// <summary>One topic of the answer.</summary>
    public sealed partial class FetchableTopicResponse
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0-12", Ignorable = true)]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("13+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionData> Partitions { get; set; } = [];
    }

    /// <summary>Where to reach one node.</summary>
    public sealed partial class NodeEndpoint
    {
        /// <summary>Gets or sets the node's id.</summary>
        [Field("16+")]
        public int NodeId { get; set; }

        /// <summary>Gets or sets the host name.</summary>
        [Field("16+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("16+")]
        public int Port { get; set; }

        /// <summary>Gets or sets the rack of the node, or null.</summary>
        [Field("16+", NullableFrom = 16)]
        public string? Rack { get; set; }
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

        /// <summary>Gets or sets the offset before which every in-sync replica has all records.</summary>
        [Field("0+")]
        public long HighWatermark { get; set; }

        /// <summary>Gets or sets the offset before which no transaction is open, or -1 where it is not known.</summary>
        [Field("4+", Ignorable = true)]
        public long LastStableOffset { get; set; } = -1;

        /// <summary>Gets or sets the first offset that can be read, or -1 where it is not known.</summary>
        [Field("5+", Ignorable = true)]
        public long LogStartOffset { get; set; } = -1;

        /// <summary>Gets or sets where the follower's log parts from the leader's, or null where it does not.</summary>
        [Field("12+", Tag = 0, Ignorable = true)]
        public EpochEndOffset? DivergingEpoch { get; set; }

        /// <summary>Gets or sets the leader to ask instead, or null where the client asked the right one.</summary>
        [Field("12+", Tag = 1, Ignorable = true)]
        public LeaderIdAndEpoch? CurrentLeader { get; set; }

        /// <summary>Gets or sets the snapshot to fetch instead, or null where there is no need.</summary>
        [Field("12+", Tag = 2, Ignorable = true)]
        public SnapshotId? SnapshotId { get; set; }

        /// <summary>Gets or sets the aborted transactions that reach into the data, or null.</summary>
        [Field("4+", NullableFrom = 4, Ignorable = true)]
        public List<AbortedTransaction>? AbortedTransactions { get; set; } = [];

        /// <summary>Gets or sets the replica to read from next time, or -1 for the leader.</summary>
        [Field("11+", Ignorable = true)]
        public int PreferredReadReplica { get; set; } = -1;

        /// <summary>Gets or sets the record batches.</summary>
        [Field("0+", NullableFrom = 0)]
        public RecordBuffer? Records { get; set; }
    }

    /// <summary>Where an epoch ends in the leader's log.</summary>
    public sealed partial class EpochEndOffset
    {
        /// <summary>Gets or sets the largest epoch known that is not above the one asked for, or -1.</summary>
        [Field("12+")]
        public int Epoch { get; set; } = -1;

        /// <summary>Gets or sets the offset after the last record of that epoch, or -1.</summary>
        [Field("12+")]
        public long EndOffset { get; set; } = -1;
    }

    /// <summary>A leader and its epoch.</summary>
    public sealed partial class LeaderIdAndEpoch
    {
        /// <summary>Gets or sets the node that leads, or -1 where it is not known.</summary>
        [Field("12+")]
        public int LeaderId { get; set; } = -1;

        /// <summary>Gets or sets the epoch of that leader, or -1.</summary>
        [Field("12+")]
        public int LeaderEpoch { get; set; } = -1;
    }

    /// <summary>Names a snapshot of the log.</summary>
    public sealed partial class SnapshotId
    {
        /// <summary>Gets or sets the offset after the last record in the snapshot, or -1.</summary>
        [Field("0+")]
        public long EndOffset { get; set; } = -1;

        /// <summary>Gets or sets the epoch of the last record in the snapshot, or -1.</summary>
        [Field("0+")]
        public int Epoch { get; set; } = -1;
    }

    /// <summary>One aborted transaction.</summary>
    public sealed partial class AbortedTransaction
    {
        /// <summary>Gets or sets the producer id.</summary>
        [Field("4+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets the first offset of the transaction.</summary>
        [Field("4+")]
        public long FirstOffset { get; set; }
    }
}
