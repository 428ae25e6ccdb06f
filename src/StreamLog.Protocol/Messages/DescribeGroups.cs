namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: throttle time
//   3  authorized operations
//   4  response: static members
//   5  flexible
//   6  response: error message, and an error for a group that is not there

/// <summary>Asks for the state and the members of groups.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeGroups, MessageKind.Request, 0, 6, FlexibleFrom = 5)]
public sealed partial class DescribeGroupsRequest : IRequest<DescribeGroupsResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<string> Groups { get; set; } = [];

    /// <summary>Gets or sets whether to tell what the caller may do.</summary>
    [Field("3+")]
    public bool IncludeAuthorizedOperations { get; set; }
}

/// <summary>Tells the state and the members of groups.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeGroups, MessageKind.Response, 0, 6, FlexibleFrom = 5)]
public sealed partial class DescribeGroupsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
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
        [Field("6+", NullableFrom = 6, Ignorable = true)]
        public string? ErrorMessage { get; set; }

        /// <summary>Gets or sets the group.</summary>
        [Field("0+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets its state.</summary>
        [Field("0+")]
        public string GroupState { get; set; } = "";

        /// <summary>Gets or sets what its members are.</summary>
        [Field("0+")]
        public string ProtocolType { get; set; } = "";

        /// <summary>Gets or sets its assignor.</summary>
        [Field("0+")]
        public string ProtocolData { get; set; } = "";

        /// <summary>Gets or sets its members.</summary>
        [Field("0+")]
        public List<DescribedGroupMember> Members { get; set; } = [];

        /// <summary>Gets or sets what the caller may do, as bits; the smallest number where nobody asked.</summary>
        [Field("3+")]
        public int AuthorizedOperations { get; set; } = int.MinValue;
    }

    /// <summary>One member of a group.</summary>
    public sealed partial class DescribedGroupMember
    {
        /// <summary>Gets or sets its id.</summary>
        [Field("0+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
        [Field("4+", NullableFrom = 4, Ignorable = true)]
        public string? GroupInstanceId { get; set; }

        /// <summary>Gets or sets its client's name for itself.</summary>
        [Field("0+")]
        public string ClientId { get; set; } = "";

        /// <summary>Gets or sets its client's address.</summary>
        [Field("0+")]
        public string ClientHost { get; set; } = "";

        /// <summary>Gets or sets what it tells the assignor.</summary>
        [Field("0+")]
        public byte[] MemberMetadata { get; set; } = [];

        /// <summary>Gets or sets what it is assigned.</summary>
        [Field("0+")]
        public byte[] MemberAssignment { get; set; } = [];
    }
}
