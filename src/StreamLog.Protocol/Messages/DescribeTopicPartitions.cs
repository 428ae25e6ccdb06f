namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Asks for topics and their partitions, a part of them at a time.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeTopicPartitions, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeTopicPartitionsRequest : IRequest<DescribeTopicPartitionsResponse>
{
    /// <summary>Gets or sets the topics; none asks for all.</summary>
    [Field("0+")]
    public List<TopicRequest> Topics { get; set; } = [];

    /// <summary>Gets or sets how many partitions the answer has at most.</summary>
    [Field("0+")]
    public int ResponsePartitionLimit { get; set; } = 2000;

    /// <summary>Gets or sets where to go on, or null to begin. The schema calls it Cursor, which C# keeps for the
    /// type.</summary>
    [Field("0+", NullableFrom = 0)]
    public Cursor? StartCursor { get; set; }

    /// <summary>One topic to tell of.</summary>
    public sealed partial class TopicRequest
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";
    }

    /// <summary>Where a long answer goes on.</summary>
    public sealed partial class Cursor
    {
        /// <summary>Gets or sets the first topic.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the first of its partitions.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }
    }
}

/// <summary>Tells topics and their partitions.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeTopicPartitions, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeTopicPartitionsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<DescribeTopicPartitionsResponseTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets where the next answer would go on, or null at the end.</summary>
    [Field("0+", NullableFrom = 0)]
    public Cursor? NextCursor { get; set; }

    /// <summary>One topic.</summary>
    public sealed partial class DescribeTopicPartitionsResponseTopic
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets whether the topic is one of the internal ones.</summary>
        [Field("0+", Ignorable = true)]
        public bool IsInternal { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<DescribeTopicPartitionsResponsePartition> Partitions { get; set; } = [];

        /// <summary>Gets or sets what the caller may do to the topic, as bits.</summary>
        [Field("0+")]
        public int TopicAuthorizedOperations { get; set; } = int.MinValue;
    }

    /// <summary>One partition.</summary>
    public sealed partial class DescribeTopicPartitionsResponsePartition
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
        [Field("0+", Ignorable = true)]
        public int LeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the nodes that hold a replica.</summary>
        [Field("0+")]
        public List<int> ReplicaNodes { get; set; } = [];

        /// <summary>Gets or sets the nodes whose replica is in sync.</summary>
        [Field("0+")]
        public List<int> IsrNodes { get; set; } = [];

        /// <summary>Gets or sets the nodes outside the in-sync set that may still lead without loss, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public List<int>? EligibleLeaderReplicas { get; set; }

        /// <summary>Gets or sets the last nodes that could lead without loss, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public List<int>? LastKnownElr { get; set; }

        /// <summary>Gets or sets the nodes whose replica is offline.</summary>
        [Field("0+", Ignorable = true)]
        public List<int> OfflineReplicas { get; set; } = [];
    }

    /// <summary>Where a long answer goes on.</summary>
    public sealed partial class Cursor
    {
        /// <summary>Gets or sets the first topic.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the first of its partitions.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }
    }
}
