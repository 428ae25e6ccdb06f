namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   2  flexible
//   3  ThrottlingQuotaExceeded may be answered

/// <summary>Adds partitions to topics.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.CreatePartitions, MessageKind.Request, 0, 3, FlexibleFrom = 2)]
public sealed partial class CreatePartitionsRequest : IRequest<CreatePartitionsResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<CreatePartitionsTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; }

    /// <summary>Gets or sets whether to check the request only, and change nothing.</summary>
    [Field("0+")]
    public bool ValidateOnly { get; set; }

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>One topic that is to grow.</summary>
    public sealed partial class CreatePartitionsTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets how many partitions the topic is to have in the end.</summary>
        [Field("0+")]
        public int Count { get; set; }

        /// <summary>Gets or sets each new partition's replicas, or null to let the broker choose.</summary>
        [Field("0+", NullableFrom = 0)]
        public List<CreatePartitionsAssignment>? Assignments { get; set; } = [];
    }

    /// <summary>The replicas of one new partition.</summary>
    public sealed partial class CreatePartitionsAssignment
    {
        /// <summary>Gets or sets the nodes that hold a replica, the preferred leader first.</summary>
        [Field("0+")]
        public List<int> BrokerIds { get; set; } = [];
    }
}

/// <summary>Tells what became of the topics.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.CreatePartitions, MessageKind.Response, 0, 3, FlexibleFrom = 2)]
public sealed partial class CreatePartitionsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each item of the request.</summary>
    [Field("0+")]
    public List<CreatePartitionsTopicResult> Results { get; set; } = [];

    /// <summary>What became of one topic.</summary>
    public sealed partial class CreatePartitionsTopicResult
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
