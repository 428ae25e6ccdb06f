namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible
//   1  response: lag

/// <summary>Asks how far share groups have come.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeShareGroupOffsets, MessageKind.Request, 0, 1, FlexibleFrom = 0)]
public sealed partial class DescribeShareGroupOffsetsRequest : IRequest<DescribeShareGroupOffsetsResponse>
{
    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<DescribeGroup> Groups { get; set; } = [];

    /// <summary>One group.</summary>
    public sealed partial class DescribeGroup
    {
        /// <summary>Gets or sets the group.</summary>
        [Field("0+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets the topics, or null for all.</summary>
        [Field("0+", NullableFrom = 0)]
        public List<DescribeTopic>? Topics { get; set; }
    }

    /// <summary>One topic.</summary>
    public sealed partial class DescribeTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Tells how far share groups have come.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeShareGroupOffsets, MessageKind.Response, 0, 1, FlexibleFrom = 0)]
public sealed partial class DescribeShareGroupOffsetsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<DescribedGroup> Groups { get; set; } = [];

    /// <summary>One group.</summary>
    public sealed partial class DescribedGroup
    {
        /// <summary>Gets or sets the group.</summary>
        [Field("0+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets the topics.</summary>
        [Field("0+")]
        public List<DescribedTopic> Topics { get; set; } = [];

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }

    /// <summary>One topic.</summary>
    public sealed partial class DescribedTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<DescribedPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class DescribedPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the first offset that is not done, or -1 where the group has not begun.</summary>
        [Field("0+")]
        public long StartOffset { get; set; }

        /// <summary>Gets or sets the epoch of the leader.</summary>
        [Field("0+")]
        public int LeaderEpoch { get; set; }

        /// <summary>Gets or sets how many records are not done, or -1 where that is not known.</summary>
        [Field("1+", Ignorable = true)]
        public long Lag { get; set; } = -1;

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
