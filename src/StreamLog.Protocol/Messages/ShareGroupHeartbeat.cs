namespace StreamLog.Protocol.Messages;

// Versions:
//   1  the first that is stable; flexible

/// <summary>Joins a share group, stays in it, or leaves it.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareGroupHeartbeat, MessageKind.Request, 1, 1, FlexibleFrom = 0)]
public sealed partial class ShareGroupHeartbeatRequest : IRequest<ShareGroupHeartbeatResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id, which the client makes.</summary>
    [Field("0+")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the member's epoch, 0 to join, or -1 to leave.</summary>
    [Field("0+")]
    public int MemberEpoch { get; set; }

    /// <summary>Gets or sets the client's rack, or null where that has not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? RackId { get; set; }

    /// <summary>Gets or sets the names of the topics subscribed to, or null where they have not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<string>? SubscribedTopicNames { get; set; }
}

/// <summary>Tells a member its epoch, and its partitions where they have changed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareGroupHeartbeat, MessageKind.Response, 1, 1, FlexibleFrom = 0)]
public sealed partial class ShareGroupHeartbeatResponse : IThrottledResponse
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

    /// <summary>Gets or sets the member's id, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? MemberId { get; set; }

    /// <summary>Gets or sets the member's epoch.</summary>
    [Field("0+")]
    public int MemberEpoch { get; set; }

    /// <summary>Gets or sets how often to send a heartbeat, in milliseconds.</summary>
    [Field("0+")]
    public int HeartbeatIntervalMs { get; set; }

    /// <summary>Gets or sets the partitions that the member reads, or null where they have not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public MemberAssignment? Assignment { get; set; }

    /// <summary>What a member reads.</summary>
    public sealed partial class MemberAssignment
    {
        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<TopicPartition> TopicPartitions { get; set; } = [];
    }

    /// <summary>Some partitions of one topic.</summary>
    public sealed partial class TopicPartition
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
