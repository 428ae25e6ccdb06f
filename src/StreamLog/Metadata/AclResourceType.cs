namespace StreamLog.Metadata;

/// <summary>What a rule of access is about, as Kafka numbers it.</summary>
internal enum AclResourceType : sbyte
{
    /// <summary>Of a filter: any kind.</summary>
    Any = 1,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A group of any protocol.</summary>
    Group = 3,

    /// <summary>The cluster as a whole.</summary>
    Cluster = 4,

    /// <summary>A transactional id.</summary>
    TransactionalId = 5,

    /// <summary>A delegation token.</summary>
    DelegationToken = 6,

    /// <summary>A user.</summary>
    User = 7,
}
