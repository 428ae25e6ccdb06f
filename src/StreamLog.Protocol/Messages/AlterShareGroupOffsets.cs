namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>Sets how far a share group without members has come.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterShareGroupOffsets, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class AlterShareGroupOffsetsRequest : IRequest<AlterShareGroupOffsetsResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<AlterTopic> Topics { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class AlterTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<AlterPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class AlterPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the first offset that is not done.</summary>
        [Field("0+")]
        public long StartOffset { get; set; }
    }
}

/// <summary>Tells what was set.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterShareGroupOffsets, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class AlterShareGroupOffsetsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong, in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<AlteredTopic> Responses { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class AlteredTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<AlteredPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition.</summary>
    public sealed partial class AlteredPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
