namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  rebalance timeout
//   2  response: throttle time
//   4  a new member is told its id and joins again with it
//   5  static members
//   6  flexible
//   7  response: protocol type
//   8  reason
//   9  response: whether the leader assigns

/// <summary>Joins a classic group, or joins it again.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.JoinGroup, MessageKind.Request, 0, 9, FlexibleFrom = 6)]
public sealed partial class JoinGroupRequest : IRequest<JoinGroupResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets how long the member may be silent, in milliseconds.</summary>
    [Field("0+")]
    public int SessionTimeoutMs { get; set; }

    /// <summary>Gets or sets how long the member may take to join again, in milliseconds, or -1 for as long as
    /// it may be silent.</summary>
    [Field("1+", Ignorable = true)]
    public int RebalanceTimeoutMs { get; set; } = -1;

    /// <summary>Gets or sets the member's id, or nothing for a new member.</summary>
    [Field("0+")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
    [Field("5+", NullableFrom = 5)]
    public string? GroupInstanceId { get; set; }

    /// <summary>Gets or sets what the members are, <c>consumer</c> for consumers.</summary>
    [Field("0+")]
    public string ProtocolType { get; set; } = "";

    /// <summary>Gets or sets the assignors that the member knows, the dearest first.</summary>
    [Field("0+")]
    public List<JoinGroupRequestProtocol> Protocols { get; set; } = [];

    /// <summary>Gets or sets why the member joins, or null.</summary>
    [Field("8+", NullableFrom = 8, Ignorable = true)]
    public string? Reason { get; set; }

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>An assignor that the member knows.</summary>
    public sealed partial class JoinGroupRequestProtocol
    {
        /// <summary>Gets or sets its name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets what the member tells the assignor, as the protocol encodes it.</summary>
        [Field("0+")]
        public byte[] Metadata { get; set; } = [];
    }
}

/// <summary>Tells the generation that the member has joined.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.JoinGroup, MessageKind.Response, 0, 9, FlexibleFrom = 6)]
public sealed partial class JoinGroupResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("2+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the generation, or -1.</summary>
    [Field("0+")]
    public int GenerationId { get; set; } = -1;

    /// <summary>Gets or sets what the members are, or null.</summary>
    [Field("7+", NullableFrom = 7, Ignorable = true)]
    public string? ProtocolType { get; set; }

    /// <summary>Gets or sets the assignor that was chosen, or null.</summary>
    [Field("0+", NullableFrom = 7)]
    public string? ProtocolName { get; set; } = "";

    /// <summary>Gets or sets the member that assigns.</summary>
    [Field("0+")]
    public string Leader { get; set; } = "";

    /// <summary>Gets or sets whether the leader is not to assign.</summary>
    [Field("9+")]
    public bool SkipAssignment { get; set; }

    /// <summary>Gets or sets the id of the member that is answered.</summary>
    [Field("0+")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets all members, for the leader.</summary>
    [Field("0+")]
    public List<JoinGroupResponseMember> Members { get; set; } = [];

    /// <summary>One member of the group.</summary>
    public sealed partial class JoinGroupResponseMember
    {
        /// <summary>Gets or sets its id.</summary>
        [Field("0+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
        [Field("5+", NullableFrom = 5, Ignorable = true)]
        public string? GroupInstanceId { get; set; }

        /// <summary>Gets or sets what it tells the assignor.</summary>
        [Field("0+")]
        public byte[] Metadata { get; set; } = [];
    }
}
