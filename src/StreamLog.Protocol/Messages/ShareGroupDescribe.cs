namespace StreamLog.Protocol.Messages;

// Versions:
//   1  the first that is stable; flexible

/// <summary>Asks what share groups look like.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareGroupDescribe, MessageKind.Request, 1, 1, FlexibleFrom = 0)]
public sealed partial class ShareGroupDescribeRequest : IRequest<ShareGroupDescribeResponse>
{
    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<string> GroupIds { get; set; } = [];

    /// <summary>Gets or sets whether to tell what the caller may do.</summary>
    [Field("0+")]
    public bool IncludeAuthorizedOperations { get; set; }
}

/// <summary>Tells what share groups look like.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ShareGroupDescribe, MessageKind.Response, 1, 1, FlexibleFrom = 0)]
public sealed partial class ShareGroupDescribeResponse : IThrottledResponse
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
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }

        /// <summary>Gets or sets the group.</summary>
        [Field("0+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets the state.</summary>
        [Field("0+")]
        public string GroupState { get; set; } = "";

        /// <summary>Gets or sets the group's epoch.</summary>
        [Field("0+")]
        public int GroupEpoch { get; set; }

        /// <summary>Gets or sets the epoch that the assignment was made for.</summary>
        [Field("0+")]
        public int AssignmentEpoch { get; set; }

        /// <summary>Gets or sets the assignor.</summary>
        [Field("0+")]
        public string AssignorName { get; set; } = "";

        /// <summary>Gets or sets the members.</summary>
        [Field("0+")]
        public List<Member> Members { get; set; } = [];

        /// <summary>Gets or sets what the caller may do, as bits, or the least number where that was not asked
        /// for.</summary>
        [Field("0+")]
        public int AuthorizedOperations { get; set; } = int.MinValue;
    }

    /// <summary>One member of a group.</summary>
    public sealed partial class Member
    {
        /// <summary>Gets or sets the member's id.</summary>
        [Field("0+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets the member's rack, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? RackId { get; set; }

        /// <summary>Gets or sets the member's epoch.</summary>
        [Field("0+")]
        public int MemberEpoch { get; set; }

        /// <summary>Gets or sets the client's id.</summary>
        [Field("0+")]
        public string ClientId { get; set; } = "";

        /// <summary>Gets or sets the client's address.</summary>
        [Field("0+")]
        public string ClientHost { get; set; } = "";

        /// <summary>Gets or sets the names of the topics subscribed to.</summary>
        [Field("0+")]
        public List<string> SubscribedTopicNames { get; set; } = [];

        /// <summary>Gets or sets the partitions that the member reads.</summary>
        [Field("0+")]
        public MemberAssignment Assignment { get; set; } = new();
    }

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

        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
