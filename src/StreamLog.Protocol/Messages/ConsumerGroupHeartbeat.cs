namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible
//   1  subscription by regular expression; the client makes its own member id
//
// The tagged fields of number 10000 are StreamLog's own. Kafka passes over them.

/// <summary>Joins a group of the consumer protocol, stays in it, or leaves it.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ConsumerGroupHeartbeat, MessageKind.Request, 0, 1, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupHeartbeatRequest : IRequest<ConsumerGroupHeartbeatResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id; a member of version 0 that joins has none yet.</summary>
    [Field("0+")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the member's epoch, 0 to join, -1 to leave, or -2 where a static member will be
    /// back.</summary>
    [Field("0+")]
    public int MemberEpoch { get; set; }

    /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? InstanceId { get; set; }

    /// <summary>Gets or sets the client's rack, or null where that has not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? RackId { get; set; }

    /// <summary>Gets or sets how long the member may take to give partitions back, in milliseconds, or -1 where that
    /// has not changed.</summary>
    [Field("0+")]
    public int RebalanceTimeoutMs { get; set; } = -1;

    /// <summary>Gets or sets the names of the topics subscribed to, or null where they have not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<string>? SubscribedTopicNames { get; set; }

    /// <summary>Gets or sets the regular expression for topics subscribed to, or null where it has not
    /// changed.</summary>
    [Field("1+", NullableFrom = 1)]
    public string? SubscribedTopicRegex { get; set; }

    /// <summary>Gets or sets the assignor of the server that the member prefers, or null where that has not
    /// changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ServerAssignor { get; set; }

    /// <summary>Gets or sets the partitions that the member owns, or null where they have not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<TopicPartitions>? OwnedPartitions { get; set; }

    /// <summary>Gets or sets whether this is no heartbeat, but waits until one is worth while: the answer comes when
    /// something has changed with the group.</summary>
    [Field("0+", Tag = 10_000, Ignorable = true)]
    public bool WaitsForNews { get; set; }

    /// <summary>Some partitions of one topic.</summary>
    public sealed partial class TopicPartitions
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Tells a member its epoch, and its partitions where they have changed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ConsumerGroupHeartbeat, MessageKind.Response, 0, 1, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupHeartbeatResponse : IThrottledResponse
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

    /// <summary>Gets or sets the partitions that the member may use, or null where they have not changed.</summary>
    [Field("0+", NullableFrom = 0)]
    public MemberAssignment? Assignment { get; set; }

    /// <summary>Gets or sets whether this answers a request that has waited for news. It tells none: a heartbeat
    /// does.</summary>
    [Field("0+", Tag = 10_000, Ignorable = true)]
    public bool IsNews { get; set; }

    /// <summary>Gets or sets whether the broker also answers requests that wait for news. It never travels: on a
    /// connection such a request would hold up the heartbeats behind it.</summary>
    public bool AnswersNews { get; set; }

    /// <summary>What a member may use.</summary>
    public sealed partial class MemberAssignment
    {
        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<TopicPartitions> Partitions { get; set; } = [];
    }

    /// <summary>Some partitions of one topic.</summary>
    public sealed partial class TopicPartitions
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
