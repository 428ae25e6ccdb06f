namespace StreamLog.Protocol.Messages;

// Versions:
//   2  current leader epoch; response: throttle time
//   3  request: replica id
//   4  flexible

/// <summary>Asks where leader epochs end.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetForLeaderEpoch, MessageKind.Request, 2, 4, FlexibleFrom = 4)]
public sealed partial class OffsetForLeaderEpochRequest : IRequest<OffsetForLeaderEpochResponse>
{
    /// <summary>Gets or sets the id of the follower that asks, -1 for a consumer, -2 for a tool.</summary>
    [Field("3+", Ignorable = true)]
    public int ReplicaId { get; set; } = -2;

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OffsetForLeaderTopic> Topics { get; set; } = [];

    /// <summary>One topic asked about.</summary>
    public sealed partial class OffsetForLeaderTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<OffsetForLeaderPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition asked about.</summary>
    public sealed partial class OffsetForLeaderPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int Partition { get; set; }

        /// <summary>Gets or sets the leader epoch that the sender knows, or -1.</summary>
        [Field("2+", Ignorable = true)]
        public int CurrentLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the epoch to find the end of.</summary>
        [Field("0+")]
        public int LeaderEpoch { get; set; }
    }
}

/// <summary>Tells where leader epochs end.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetForLeaderEpoch, MessageKind.Response, 2, 4, FlexibleFrom = 4)]
public sealed partial class OffsetForLeaderEpochResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("2+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OffsetForLeaderTopicResult> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class OffsetForLeaderTopicResult
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<EpochEndOffset> Partitions { get; set; } = [];
    }

    /// <summary>Where the epoch ends in one partition.</summary>
    public sealed partial class EpochEndOffset
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int Partition { get; set; }

        /// <summary>Gets or sets the leader epoch, or -1 where it is not known.</summary>
        [Field("1+", Ignorable = true)]
        public int LeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the offset after the last record of that epoch, or -1.</summary>
        [Field("0+")]
        public long EndOffset { get; set; } = -1;
    }
}
