namespace StreamLog.Protocol.Refusals;

/// <summary>The kinds of things that a request names.</summary>
public enum RequestTargetKind
{
    /// <summary>A topic as a whole.</summary>
    Topic,

    /// <summary>One partition of a topic.</summary>
    Partition,

    /// <summary>A group, of any kind.</summary>
    Group,

    /// <summary>A transactional id.</summary>
    TransactionalId,

    /// <summary>A resource with settings.</summary>
    ConfigResource,

    /// <summary>A user with credentials.</summary>
    User,
}
