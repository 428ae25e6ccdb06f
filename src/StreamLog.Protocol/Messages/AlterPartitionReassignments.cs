namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  whether the number of replicas may change

/// <summary>Moves the replicas of partitions to other nodes.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterPartitionReassignments, MessageKind.Request, 0, 1, FlexibleFrom = 0)]
public sealed partial class AlterPartitionReassignmentsRequest : IRequest<AlterPartitionReassignmentsResponse>
{
    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; } = 60_000;

    /// <summary>Gets or sets whether the number of replicas may change.</summary>
    [Field("1+")]
    public bool AllowReplicationFactorChange { get; set; } = true;

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ReassignableTopic> Topics { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class ReassignableTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<ReassignablePartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class ReassignablePartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the nodes, the preferred leader first, or null to give up a move that is under
        /// way.</summary>
        [Field("0+", NullableFrom = 0)]
        public List<int>? Replicas { get; set; }
    }
}

/// <summary>Tells which moves were taken on.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterPartitionReassignments, MessageKind.Response, 0, 1, FlexibleFrom = 0)]
public sealed partial class AlterPartitionReassignmentsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets whether the number of replicas was allowed to change.</summary>
    [Field("1+", Ignorable = true)]
    public bool AllowReplicationFactorChange { get; set; } = true;

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ReassignableTopicResponse> Responses { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class ReassignableTopicResponse
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<ReassignablePartitionResponse> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class ReassignablePartitionResponse
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
