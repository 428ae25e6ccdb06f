namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: when replicas fetched and caught up
//   2  response: error messages, nodes, directories

/// <summary>Asks for the state of the quorum that keeps the metadata log.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeQuorum, MessageKind.Request, 0, 2, FlexibleFrom = 0)]
public sealed partial class DescribeQuorumRequest : IRequest<DescribeQuorumResponse>
{
    /// <summary>Gets or sets the topics: the metadata log.</summary>
    [Field("0+")]
    public List<TopicData> Topics { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class TopicData
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionData> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class PartitionData
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }
    }
}

/// <summary>Tells the state of the quorum that keeps the metadata log.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeQuorum, MessageKind.Response, 0, 2, FlexibleFrom = 0)]
public sealed partial class DescribeQuorumResponse
{
    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong in words, or null.</summary>
    [Field("2+", NullableFrom = 2, Ignorable = true)]
    public string? ErrorMessage { get; set; } = "";

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TopicData> Topics { get; set; } = [];

    /// <summary>Gets or sets where to reach the nodes.</summary>
    [Field("2+", Ignorable = true)]
    public List<Node> Nodes { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class TopicData
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionData> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class PartitionData
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("2+", NullableFrom = 2, Ignorable = true)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets the node that leads, or -1.</summary>
        [Field("0+")]
        public int LeaderId { get; set; }

        /// <summary>Gets or sets the epoch in which it leads.</summary>
        [Field("0+")]
        public int LeaderEpoch { get; set; }

        /// <summary>Gets or sets the offset below which everything is committed.</summary>
        [Field("0+")]
        public long HighWatermark { get; set; }

        /// <summary>Gets or sets the nodes that vote.</summary>
        [Field("0+")]
        public List<ReplicaState> CurrentVoters { get; set; } = [];

        /// <summary>Gets or sets the nodes that only read.</summary>
        [Field("0+")]
        public List<ReplicaState> Observers { get; set; } = [];
    }

    /// <summary>How far one node has come.</summary>
    public sealed partial class ReplicaState
    {
        /// <summary>Gets or sets the node's id.</summary>
        [Field("0+")]
        public int ReplicaId { get; set; }

        /// <summary>Gets or sets the id of its directory.</summary>
        [Field("2+", Ignorable = true)]
        public Guid ReplicaDirectoryId { get; set; }

        /// <summary>Gets or sets the end of its log, or -1 where it is not known.</summary>
        [Field("0+")]
        public long LogEndOffset { get; set; }

        /// <summary>Gets or sets when it last fetched, in milliseconds since 1970, or -1 for the leader.</summary>
        [Field("1+", Ignorable = true)]
        public long LastFetchTimestamp { get; set; } = -1;

        /// <summary>Gets or sets when it was last at the end of the log, in milliseconds since 1970, or -1.</summary>
        [Field("1+", Ignorable = true)]
        public long LastCaughtUpTimestamp { get; set; } = -1;
    }

    /// <summary>One node.</summary>
    public sealed partial class Node
    {
        /// <summary>Gets or sets the node's id.</summary>
        [Field("2+")]
        public int NodeId { get; set; }

        /// <summary>Gets or sets its listeners.</summary>
        [Field("2+")]
        public List<Listener> Listeners { get; set; } = [];
    }

    /// <summary>One listener of a node.</summary>
    public sealed partial class Listener
    {
        /// <summary>Gets or sets the listener's name.</summary>
        [Field("2+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the host name.</summary>
        [Field("2+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("2+")]
        public ushort Port { get; set; }
    }
}
