namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  the kind of election; response: an error of the whole
//   2  flexible

/// <summary>Has leaders of partitions elected.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ElectLeaders, MessageKind.Request, 0, 2, FlexibleFrom = 2)]
public sealed partial class ElectLeadersRequest : IRequest<ElectLeadersResponse>
{
    /// <summary>Gets or sets 0 to elect the preferred replicas, 1 to elect any that lives where none is in
    /// sync.</summary>
    [Field("1+")]
    public sbyte ElectionType { get; set; }

    /// <summary>Gets or sets the partitions, or null for all.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<ElectedTopic>? TopicPartitions { get; set; } = [];

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; } = 60_000;

    /// <summary>One topic. The schema calls it TopicPartitions, which C# keeps for the property.</summary>
    public sealed partial class ElectedTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Tells what came of elections.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ElectLeaders, MessageKind.Response, 0, 2, FlexibleFrom = 2)]
public sealed partial class ElectLeadersResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("1+", Ignorable = true)]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ReplicaElectionResult> ReplicaElectionResults { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class ReplicaElectionResult
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionElection> PartitionResult { get; set; } = [];
    }

    /// <summary>One partition of the answer. The schema calls it PartitionResult, which C# keeps for the
    /// property.</summary>
    public sealed partial class PartitionElection
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionId { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
