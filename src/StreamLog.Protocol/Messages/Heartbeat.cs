namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: throttle time
//   3  static members
//   4  flexible

/// <summary>Tells that a member of a classic group is alive.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Heartbeat, MessageKind.Request, 0, 4, FlexibleFrom = 4)]
public sealed partial class HeartbeatRequest : IRequest<HeartbeatResponse>
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
}

/// <summary>Tells a member whether it may go on.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Heartbeat, MessageKind.Response, 0, 4, FlexibleFrom = 4)]
public sealed partial class HeartbeatResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }
}
