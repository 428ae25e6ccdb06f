namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Asks which replicas are being moved.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListPartitionReassignments, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class ListPartitionReassignmentsRequest : IRequest<ListPartitionReassignmentsResponse>
{
    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; } = 60_000;

    /// <summary>Gets or sets the topics, or null for all.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<ListPartitionReassignmentsTopics>? Topics { get; set; }

    /// <summary>One topic.</summary>
    public sealed partial class ListPartitionReassignmentsTopics
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> PartitionIndexes { get; set; } = [];
    }
}

/// <summary>Tells which replicas are being moved.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListPartitionReassignments, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class ListPartitionReassignmentsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OngoingTopicReassignment> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class OngoingTopicReassignment
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<OngoingPartitionReassignment> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class OngoingPartitionReassignment
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the nodes that hold a replica.</summary>
        [Field("0+")]
        public List<int> Replicas { get; set; } = [];

        /// <summary>Gets or sets the nodes that are to get one.</summary>
        [Field("0+")]
        public List<int> AddingReplicas { get; set; } = [];

        /// <summary>Gets or sets the nodes that are to lose theirs.</summary>
        [Field("0+")]
        public List<int> RemovingReplicas { get; set; } = [];
    }
}
