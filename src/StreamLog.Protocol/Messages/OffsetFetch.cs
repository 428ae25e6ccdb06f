namespace StreamLog.Protocol.Messages;

// Versions:
//   1  offsets are kept in the log
//   2  null asks for all topics; response: error code for the whole
//   3  response: throttle time
//   5  response: leader epoch
//   6  flexible
//   7  require stable offsets
//   8  several groups at once
//   9  member id and epoch
//   10 topic ids take the place of topic names

/// <summary>Asks for the committed offsets of groups.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetFetch, MessageKind.Request, 1, 10, FlexibleFrom = 6)]
public sealed partial class OffsetFetchRequest : IRequest<OffsetFetchResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the group.</summary>
    [Field("0-7")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the topics asked for, or null for all.</summary>
    [Field("0-7", NullableFrom = 2)]
    public List<OffsetFetchRequestTopic>? Topics { get; set; } = [];

    /// <summary>Gets or sets the groups.</summary>
    [Field("8+")]
    public List<OffsetFetchRequestGroup> Groups { get; set; } = [];

    /// <summary>Gets or sets whether to wait for the end of open transactions on the offsets.</summary>
    [Field("7+")]
    public bool RequireStable { get; set; }

    /// <summary>One topic asked about, up to version 7.</summary>
    public sealed partial class OffsetFetchRequestTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0-7")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0-7")]
        public List<int> PartitionIndexes { get; set; } = [];
    }

    /// <summary>One group asked about.</summary>
    public sealed partial class OffsetFetchRequestGroup
    {
        /// <summary>Gets or sets the group.</summary>
        [Field("8+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets the caller's member id, or null outside a group.</summary>
        [Field("9+", NullableFrom = 9, Ignorable = true)]
        public string? MemberId { get; set; }

        /// <summary>Gets or sets the caller's member epoch, or -1 outside a group.</summary>
        [Field("9+", Ignorable = true)]
        public int MemberEpoch { get; set; } = -1;

        /// <summary>Gets or sets the topics asked for, or null for all.</summary>
        [Field("8+", NullableFrom = 8)]
        public List<OffsetFetchRequestTopics>? Topics { get; set; } = [];
    }

    /// <summary>One topic asked about, since version 8.</summary>
    public sealed partial class OffsetFetchRequestTopics
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("8-9", Ignorable = true)]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("10+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("8+")]
        public List<int> PartitionIndexes { get; set; } = [];
    }
}

/// <summary>Tells committed offsets.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetFetch, MessageKind.Response, 1, 10, FlexibleFrom = 6)]
public sealed partial class OffsetFetchResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("3+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0-7")]
    public List<OffsetFetchResponseTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("2-7", Ignorable = true)]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the groups.</summary>
    [Field("8+")]
    public List<OffsetFetchResponseGroup> Groups { get; set; } = [];

    /// <summary>One topic of the answer, up to version 7.</summary>
    public sealed partial class OffsetFetchResponseTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0-7")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0-7")]
        public List<OffsetFetchResponsePartition> Partitions { get; set; } = [];
    }

    /// <summary>One group of the answer.</summary>
    public sealed partial class OffsetFetchResponseGroup
    {
        /// <summary>Gets or sets the group.</summary>
        [Field("8+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets the topics.</summary>
        [Field("8+")]
        public List<OffsetFetchResponseTopics> Topics { get; set; } = [];

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("8+")]
        public ErrorCode ErrorCode { get; set; }
    }

    /// <summary>One committed offset, up to version 7.</summary>
    public sealed partial class OffsetFetchResponsePartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0-7")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the committed offset, or -1 for none.</summary>
        [Field("0-7")]
        public long CommittedOffset { get; set; }

        /// <summary>Gets or sets the leader epoch of the last record read, or -1.</summary>
        [Field("5-7", Ignorable = true)]
        public int CommittedLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the note of the client, or null.</summary>
        [Field("0-7", NullableFrom = 0)]
        public string? Metadata { get; set; } = "";

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0-7")]
        public ErrorCode ErrorCode { get; set; }
    }

    /// <summary>One topic of the answer, since version 8.</summary>
    public sealed partial class OffsetFetchResponseTopics
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("8-9", Ignorable = true)]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("10+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("8+")]
        public List<OffsetFetchResponsePartitions> Partitions { get; set; } = [];
    }

    /// <summary>One committed offset, since version 8.</summary>
    public sealed partial class OffsetFetchResponsePartitions
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("8+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the committed offset, or -1 for none.</summary>
        [Field("8+")]
        public long CommittedOffset { get; set; }

        /// <summary>Gets or sets the leader epoch of the last record read, or -1.</summary>
        [Field("8+", Ignorable = true)]
        public int CommittedLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets the note of the client, or null.</summary>
        [Field("8+", NullableFrom = 8)]
        public string? Metadata { get; set; } = "";

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("8+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
