namespace StreamLog.Protocol.Messages;

// Versions:
//   0  an empty list of topics means all
//   1  null means all; response: controller, rack, internal topics
//   2  response: cluster id
//   3  response: throttle time
//   4  request: allow automatic creation
//   5  response: offline replicas
//   7  response: leader epoch
//   8  authorized operations
//   9  flexible
//   10 topic ids; request: name may be null
//   11 no authorized operations of the cluster
//   12 topics may be asked for by id; response: name may be null
//   13 response: error code for the whole

/// <summary>Asks for the nodes, topics and partitions of the cluster.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Metadata, MessageKind.Request, 0, 13, FlexibleFrom = 9)]
public sealed partial class MetadataRequest : IRequest<MetadataResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the topics asked for, or null for all, which version 0 says by an empty list.</summary>
    [Field("0+", NullableFrom = 1)]
    public List<MetadataRequestTopic>? Topics { get; set; } = [];

    /// <summary>Gets or sets whether a missing topic may be created.</summary>
    [Field("4+")]
    public bool AllowAutoTopicCreation { get; set; } = true;

    /// <summary>Gets or sets whether to tell what the caller may do to the cluster.</summary>
    [Field("8-10")]
    public bool IncludeClusterAuthorizedOperations { get; set; }

    /// <summary>Gets or sets whether to tell what the caller may do to each topic.</summary>
    [Field("8+")]
    public bool IncludeTopicAuthorizedOperations { get; set; }

    /// <summary>One topic asked about, by name or by id.</summary>
    public sealed partial class MetadataRequestTopic
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("10+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the name, or null to ask by id.</summary>
        [Field("0+", NullableFrom = 10)]
        public string? Name { get; set; } = "";
    }
}

/// <summary>Tells the nodes, topics and partitions of the cluster.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Metadata, MessageKind.Response, 0, 13, FlexibleFrom = 9)]
public sealed partial class MetadataResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("3+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the nodes of the cluster.</summary>
    [Field("0+")]
    public List<MetadataResponseBroker> Brokers { get; set; } = [];

    /// <summary>Gets or sets the cluster's id, or null where it is not known.</summary>
    [Field("2+", NullableFrom = 2, Ignorable = true)]
    public string? ClusterId { get; set; }

    /// <summary>Gets or sets the node to send changes of metadata to, or -1 where it is not known.</summary>
    [Field("1+", Ignorable = true)]
    public int ControllerId { get; set; } = -1;

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<MetadataResponseTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets what the caller may do to the cluster, as bits.</summary>
    [Field("8-10")]
    public int ClusterAuthorizedOperations { get; set; } = int.MinValue;

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("13+", Ignorable = true)]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>One node of the cluster.</summary>
    public sealed partial class MetadataResponseBroker
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
        [Field("1+", NullableFrom = 1, Ignorable = true)]
        public string? Rack { get; set; }
    }

    /// <summary>One topic.</summary>
    public sealed partial class MetadataResponseTopic
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the name, or null where the topic was asked for by an id that nobody knows.</summary>
        [Field("0+", NullableFrom = 12)]
        public string? Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("10+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets whether the topic is one of the internal ones.</summary>
        [Field("1+", Ignorable = true)]
        public bool IsInternal { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<MetadataResponsePartition> Partitions { get; set; } = [];

        /// <summary>Gets or sets what the caller may do to the topic, as bits.</summary>
        [Field("8+")]
        public int TopicAuthorizedOperations { get; set; } = int.MinValue;
    }

    /// <summary>One partition.</summary>
    public sealed partial class MetadataResponsePartition
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the node that leads, or -1 for none.</summary>
        [Field("0+")]
        public int LeaderId { get; set; }

        /// <summary>Gets or sets the leader epoch, or -1 where it is not known.</summary>
        [Field("7+", Ignorable = true)]
        public int LeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the nodes that hold a replica.</summary>
        [Field("0+")]
        public List<int> ReplicaNodes { get; set; } = [];

        /// <summary>Gets or sets the nodes whose replica is in sync.</summary>
        [Field("0+")]
        public List<int> IsrNodes { get; set; } = [];

        /// <summary>Gets or sets the nodes whose replica is offline.</summary>
        [Field("5+", Ignorable = true)]
        public List<int> OfflineReplicas { get; set; } = [];
    }
}
