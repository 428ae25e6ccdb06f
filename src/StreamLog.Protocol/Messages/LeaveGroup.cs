namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: throttle time
//   3  several members at once, by their static ids too
//   4  flexible
//   5  reason

/// <summary>Has members leave a classic group.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.LeaveGroup, MessageKind.Request, 0, 5, FlexibleFrom = 4)]
public sealed partial class LeaveGroupRequest : IRequest<LeaveGroupResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id, up to version 2.</summary>
    [Field("0-2")]
    public string MemberId { get; set; } = "";

    /// <summary>Gets or sets the members.</summary>
    [Field("3+")]
    public List<MemberIdentity> Members { get; set; } = [];

    /// <summary>A member that leaves.</summary>
    public sealed partial class MemberIdentity
    {
        /// <summary>Gets or sets its id, or nothing to name it by its static id.</summary>
        [Field("3+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
        [Field("3+", NullableFrom = 3)]
        public string? GroupInstanceId { get; set; }

        /// <summary>Gets or sets why it leaves, or null.</summary>
        [Field("5+", NullableFrom = 5, Ignorable = true)]
        public string? Reason { get; set; }
    }
}

/// <summary>Tells which members have left.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.LeaveGroup, MessageKind.Response, 0, 5, FlexibleFrom = 4)]
public sealed partial class LeaveGroupResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets one result for each member of the request.</summary>
    [Field("3+")]
    public List<MemberResponse> Members { get; set; } = [];

    /// <summary>What became of one member.</summary>
    public sealed partial class MemberResponse
    {
        /// <summary>Gets or sets its id, as it was asked for.</summary>
        [Field("3+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
        [Field("3+", NullableFrom = 3)]
        public string? GroupInstanceId { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("3+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
