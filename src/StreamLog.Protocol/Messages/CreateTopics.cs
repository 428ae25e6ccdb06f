namespace StreamLog.Protocol.Messages;

// Versions:
//   2  response: throttle time
//   4  partitions and replicas may be left to the defaults
//   5  flexible; response: configurations
//   6  ThrottlingQuotaExceeded may be answered
//   7  response: topic id

/// <summary>Creates topics.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.CreateTopics, MessageKind.Request, 2, 7, FlexibleFrom = 5)]
public sealed partial class CreateTopicsRequest : IRequest<CreateTopicsResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<CreatableTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; } = 60000;

    /// <summary>Gets or sets whether to check the request only, and change nothing.</summary>
    [Field("1+")]
    public bool ValidateOnly { get; set; }

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>One topic to create.</summary>
    public sealed partial class CreatableTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the number of partitions, or -1 for the default.</summary>
        [Field("0+")]
        public int NumPartitions { get; set; }

        /// <summary>Gets or sets how many replicas each partition has, or -1 for the default.</summary>
        [Field("0+")]
        public short ReplicationFactor { get; set; }

        /// <summary>Gets or sets each partition's replicas, or nothing to let the broker choose.</summary>
        [Field("0+")]
        public List<CreatableReplicaAssignment> Assignments { get; set; } = [];

        /// <summary>Gets or sets the configurations.</summary>
        [Field("0+")]
        public List<CreatableTopicConfig> Configs { get; set; } = [];
    }

    /// <summary>The replicas of one partition.</summary>
    public sealed partial class CreatableReplicaAssignment
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the nodes that hold a replica, the preferred leader first.</summary>
        [Field("0+")]
        public List<int> BrokerIds { get; set; } = [];
    }

    /// <summary>One configuration of a new topic.</summary>
    public sealed partial class CreatableTopicConfig
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the value, or null where there is none.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Value { get; set; } = "";
    }
}

/// <summary>Tells what became of the topics.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.CreateTopics, MessageKind.Response, 2, 7, FlexibleFrom = 5)]
public sealed partial class CreateTopicsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("2+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<CreatableTopicResult> Topics { get; set; } = [];

    /// <summary>What became of one topic.</summary>
    public sealed partial class CreatableTopicResult
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("7+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("1+", NullableFrom = 1, Ignorable = true)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets why the configurations are missing, or <see cref="ErrorCode.None"/>.</summary>
        [Field("5+", Tag = 0, Ignorable = true)]
        public ErrorCode TopicConfigErrorCode { get; set; }

        /// <summary>Gets or sets the number of partitions, or -1 for the default.</summary>
        [Field("5+", Ignorable = true)]
        public int NumPartitions { get; set; } = -1;

        /// <summary>Gets or sets how many replicas each partition has, or -1 for the default.</summary>
        [Field("5+", Ignorable = true)]
        public short ReplicationFactor { get; set; } = -1;

        /// <summary>Gets or sets the configurations.</summary>
        [Field("5+", NullableFrom = 5, Ignorable = true)]
        public List<CreatableTopicConfigs>? Configs { get; set; } = [];
    }

    /// <summary>One configuration that the new topic has.</summary>
    public sealed partial class CreatableTopicConfigs
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("5+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the value, or null where there is none.</summary>
        [Field("5+", NullableFrom = 5)]
        public string? Value { get; set; } = "";

        /// <summary>Gets or sets whether the configuration cannot be changed.</summary>
        [Field("5+")]
        public bool ReadOnly { get; set; }

        /// <summary>Gets or sets where the value comes from, as the protocol numbers it.</summary>
        [Field("5+", Ignorable = true)]
        public sbyte ConfigSource { get; set; } = -1;

        /// <summary>Gets or sets whether the value is a secret and therefore not shown.</summary>
        [Field("5+")]
        public bool IsSensitive { get; set; }
    }
}
