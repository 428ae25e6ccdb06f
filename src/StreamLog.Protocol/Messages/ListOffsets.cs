namespace StreamLog.Protocol.Messages;

// Versions:
//   1  one offset and its timestamp for each partition
//   2  isolation level; response: throttle time
//   4  leader epochs
//   5  OffsetNotAvailable may be answered
//   6  flexible
//   7  timestamp -3 asks for the record with the highest timestamp
//   8  timestamp -4 asks for the first local offset
//   9  timestamp -5 asks for the last tiered offset
//   10 request: timeout
//   11 timestamp -6 asks for the first offset not yet uploaded

/// <summary>Asks for offsets by time, or for the ends of partitions.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListOffsets, MessageKind.Request, 1, 11, FlexibleFrom = 6)]
public sealed partial class ListOffsetsRequest : IRequest<ListOffsetsResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the id of the follower that asks, or -1 for a consumer.</summary>
    [Field("0+")]
    public int ReplicaId { get; set; }

    /// <summary>Gets or sets 0 to read up to the high watermark, 1 to read committed transactions only.</summary>
    [Field("2+")]
    public sbyte IsolationLevel { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ListOffsetsTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("10+", Ignorable = true)]
    public int TimeoutMs { get; set; }

    /// <summary>One topic asked about.</summary>
    public sealed partial class ListOffsetsTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<ListOffsetsPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition asked about.</summary>
    public sealed partial class ListOffsetsPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the leader epoch that the sender knows, or -1.</summary>
        [Field("4+", Ignorable = true)]
        public int CurrentLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the time to look for in milliseconds since 1970, or a negative special one.</summary>
        [Field("0+")]
        public long Timestamp { get; set; }
    }
}

/// <summary>Tells offsets and their timestamps.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListOffsets, MessageKind.Response, 1, 11, FlexibleFrom = 6)]
public sealed partial class ListOffsetsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("2+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<ListOffsetsTopicResponse> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class ListOffsetsTopicResponse
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<ListOffsetsPartitionResponse> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class ListOffsetsPartitionResponse
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the timestamp of the record found, or -1.</summary>
        [Field("1+")]
        public long Timestamp { get; set; } = -1;

        /// <summary>Gets or sets the offset of the record found, or -1.</summary>
        [Field("1+")]
        public long Offset { get; set; } = -1;

        /// <summary>Gets or sets the leader epoch, or -1 where it is not known.</summary>
        [Field("4+", Ignorable = true)]
        public int LeaderEpoch { get; set; } = -1;
    }
}
