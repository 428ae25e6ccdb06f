namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  directories that failed

/// <summary>Tells the controller that a node lives, and whether it wants to take part.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.BrokerHeartbeat, MessageKind.Request, 0, 1, FlexibleFrom = 0)]
public sealed partial class BrokerHeartbeatRequest : IRequest<BrokerHeartbeatResponse>
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }

    /// <summary>Gets or sets the epoch of the node's registration.</summary>
    [Field("0+")]
    public long BrokerEpoch { get; set; } = -1;

    /// <summary>Gets or sets how far the node has read the metadata.</summary>
    [Field("0+")]
    public long CurrentMetadataOffset { get; set; }

    /// <summary>Gets or sets whether the node wants to lead nothing, and be in sync with nothing.</summary>
    [Field("0+")]
    public bool WantFence { get; set; }

    /// <summary>Gets or sets whether the node wants to stop.</summary>
    [Field("0+")]
    public bool WantShutDown { get; set; }

    /// <summary>Gets or sets the ids of the directories that failed.</summary>
    [Field("1+", Tag = 0)]
    public List<Guid> OfflineLogDirs { get; set; } = [];
}

/// <summary>Tells a node what the controller makes of it.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.BrokerHeartbeat, MessageKind.Response, 0, 1, FlexibleFrom = 0)]
public sealed partial class BrokerHeartbeatResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the sender was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets whether the node has read the metadata far enough to take part.</summary>
    [Field("0+")]
    public bool IsCaughtUp { get; set; }

    /// <summary>Gets or sets whether the node takes no part.</summary>
    [Field("0+")]
    public bool IsFenced { get; set; } = true;

    /// <summary>Gets or sets whether the node should stop now.</summary>
    [Field("0+")]
    public bool ShouldShutDown { get; set; }
}
