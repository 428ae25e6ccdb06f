namespace StreamLog.Groups.Share;

/// <summary>What is set for the delivery of records to share groups. Immutable. The defaults are Kafka's.</summary>
internal sealed record ShareSettings
{
    /// <summary>Gets how long a member may have a record, in milliseconds:
    /// <c>group.share.record.lock.duration.ms</c>.</summary>
    public int LockDurationMs { get; init; } = 30_000;

    /// <summary>Gets how often a record is delivered: <c>group.share.delivery.count.limit</c>.</summary>
    public int DeliveryCountLimit { get; init; } = 5;

    /// <summary>Gets how many offsets of a partition may be neither done nor untouched:
    /// <c>group.share.partition.max.record.locks</c>.</summary>
    public int MaxRecordLocks { get; init; } = 2_000;

    /// <summary>Gets how many share sessions there may be: <c>group.share.max.share.sessions</c>.</summary>
    public int MaxSessions { get; init; } = 2_000;
}
