namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: throttle time
//   3  static members
//   4  flexible
//   5  protocol type and name

/// <summary>Brings the assignment, from the leader, and asks for one's own.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.SyncGroup, MessageKind.Request, 0, 5, FlexibleFrom = 4)]
public sealed partial class SyncGroupRequest : IRequest<SyncGroupResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the generation.</summary>
    [Field("0+")]
    public int GenerationId { get; set; }

    /// <summary>Gets or sets the member's id.</summary>
    [Field("0+")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
    [Field("3+", NullableFrom = 3)]
    public string? GroupInstanceId { get; set; }

    /// <summary>Gets or sets what the members are, or null.</summary>
    [Field("5+", NullableFrom = 5, Ignorable = true)]
    public string? ProtocolType { get; set; }

    /// <summary>Gets or sets the assignor, or null.</summary>
    [Field("5+", NullableFrom = 5, Ignorable = true)]
    public string? ProtocolName { get; set; }

    /// <summary>Gets or sets who is assigned what; nothing from a member that is not the leader.</summary>
    [Field("0+")]
    public List<SyncGroupRequestAssignment> Assignments { get; set; } = [];

    /// <summary>What one member is assigned.</summary>
    public sealed partial class SyncGroupRequestAssignment
    {
        /// <summary>Gets or sets the member's id.</summary>
        [Field("0+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets what it is assigned, as the protocol encodes it.</summary>
        [Field("0+")]
        public byte[] Assignment { get; set; } = [];
    }
}

/// <summary>Tells a member what it is assigned.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.SyncGroup, MessageKind.Response, 0, 5, FlexibleFrom = 4)]
public sealed partial class SyncGroupResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what the members are, or null.</summary>
    [Field("5+", NullableFrom = 5, Ignorable = true)]
    public string? ProtocolType { get; set; }

    /// <summary>Gets or sets the assignor, or null.</summary>
    [Field("5+", NullableFrom = 5, Ignorable = true)]
    public string? ProtocolName { get; set; }

    /// <summary>Gets or sets what the member is assigned, as the protocol encodes it.</summary>
    [Field("0+")]
    public byte[] Assignment { get; set; } = [];
}
