namespace StreamLog.Protocol.Messages;

// Versions:
//   2  retention time of all offsets
//   3  response: throttle time
//   5  no retention time
//   6  leader epoch
//   7  static members
//   8  flexible
//   9  member epochs of the new group protocol
//   10 topic ids take the place of topic names

/// <summary>Commits the offsets of a group.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetCommit, MessageKind.Request, 2, 10, FlexibleFrom = 8)]
public sealed partial class OffsetCommitRequest : IRequest<OffsetCommitResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the generation or the member epoch of the caller, or -1 outside a group.</summary>
    [Field("1+", Ignorable = true)]
    public int GenerationIdOrMemberEpoch { get; set; } = -1;

    /// <summary>Gets or sets the caller's member id, or nothing outside a group.</summary>
    [Field("1+", Ignorable = true)]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
    [Field("7+", NullableFrom = 7)]
    public string? GroupInstanceId { get; set; }

    /// <summary>Gets or sets how long to keep the offset, in milliseconds, or -1 for the default.</summary>
    [Field("2-4", Ignorable = true)]
    public long RetentionTimeMs { get; set; } = -1;

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OffsetCommitRequestTopic> Topics { get; set; } = [];

    /// <summary>One topic with offsets to commit.</summary>
    public sealed partial class OffsetCommitRequestTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0-9", Ignorable = true)]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("10+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<OffsetCommitRequestPartition> Partitions { get; set; } = [];
    }

    /// <summary>One offset to commit.</summary>
    public sealed partial class OffsetCommitRequestPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the offset of the next record to read.</summary>
        [Field("0+")]
        public long CommittedOffset { get; set; }

        /// <summary>Gets or sets the leader epoch of the last record read, or -1.</summary>
        [Field("6+", Ignorable = true)]
        public int CommittedLeaderEpoch { get; set; } = -1;

        /// <summary>Gets or sets a note of the client, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? CommittedMetadata { get; set; } = "";
    }
}

/// <summary>Tells what became of the offsets.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.OffsetCommit, MessageKind.Response, 2, 10, FlexibleFrom = 8)]
public sealed partial class OffsetCommitResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("3+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<OffsetCommitResponseTopic> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class OffsetCommitResponseTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0-9", Ignorable = true)]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("10+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<OffsetCommitResponsePartition> Partitions { get; set; } = [];
    }

    /// <summary>What became of one offset.</summary>
    public sealed partial class OffsetCommitResponsePartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
