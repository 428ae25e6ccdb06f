namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Deletes committed offsets of topics that the group is not subscribed to.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetDelete, MessageKind.Request, 0, 0)]
public sealed partial class OffsetDeleteRequest : IRequest<OffsetDeleteResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OffsetDeleteRequestTopic> Topics { get; set; } = [];

    /// <summary>One topic with offsets to delete.</summary>
    public sealed partial class OffsetDeleteRequestTopic
    {
        /// <summary>Gets or sets its name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets its partitions.</summary>
        [Field("0+")]
        public List<OffsetDeleteRequestPartition> Partitions { get; set; } = [];
    }

    /// <summary>One offset to delete.</summary>
    public sealed partial class OffsetDeleteRequestPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }
    }
}

/// <summary>Tells what became of the offsets.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetDelete, MessageKind.Response, 0, 0)]
public sealed partial class OffsetDeleteResponse : IThrottledResponse
{
    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OffsetDeleteResponseTopic> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class OffsetDeleteResponseTopic
    {
        /// <summary>Gets or sets its name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets its partitions.</summary>
        [Field("0+")]
        public List<OffsetDeleteResponsePartition> Partitions { get; set; } = [];
    }

    /// <summary>What became of one offset.</summary>
    public sealed partial class OffsetDeleteResponsePartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
