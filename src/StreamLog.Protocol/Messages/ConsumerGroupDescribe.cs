namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible
//   1  response: the kind of each member

/// <summary>Asks what groups of the consumer protocol look like.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ConsumerGroupDescribe, MessageKind.Request, 0, 1, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupDescribeRequest : IRequest<ConsumerGroupDescribeResponse>
{
    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<string> GroupIds { get; set; } = [];

    /// <summary>Gets or sets whether to tell what the caller may do.</summary>
    [Field("0+")]
    public bool IncludeAuthorizedOperations { get; set; }
}

/// <summary>Tells what groups of the consumer protocol look like.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ConsumerGroupDescribe, MessageKind.Response, 0, 1, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupDescribeResponse : IThrottledResponse
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

        /// <summary>Gets or sets the epoch that the target assignment was made for.</summary>
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

        /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? InstanceId { get; set; }

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

        /// <summary>Gets or sets the regular expression for topics subscribed to, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? SubscribedTopicRegex { get; set; }

        /// <summary>Gets or sets the partitions that the member has.</summary>
        [Field("0+")]
        public MemberAssignment Assignment { get; set; } = new();

        /// <summary>Gets or sets the partitions that the member is to have.</summary>
        [Field("0+")]
        public MemberAssignment TargetAssignment { get; set; } = new();

        /// <summary>Gets or sets the protocol of the member: 0 for classic, 1 for consumer, or -1 where it is not
        /// known.</summary>
        [Field("1+", Ignorable = true)]
        public sbyte MemberType { get; set; } = -1;
    }

    /// <summary>What a member has, or is to have.</summary>
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

        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
