namespace StreamLog.Groups.Share;

/// <summary>What is set for all share groups. Immutable. The defaults are Kafka's.</summary>
internal sealed record ShareGroupSettings
{
    /// <summary>Gets how long a member may be silent, in milliseconds: <c>group.share.session.timeout.ms</c>.</summary>
    public int SessionTimeoutMs { get; init; } = 45_000;

    /// <summary>Gets how often members are told to send heartbeats, in milliseconds:
    /// <c>group.share.heartbeat.interval.ms</c>.</summary>
    public int HeartbeatIntervalMs { get; init; } = 5_000;

    /// <summary>Gets how many members a group may have: <c>group.share.max.size</c>.</summary>
    public int MaxSize { get; init; } = 200;
}
