namespace StreamLog.Metadata;

/// <summary>What a rule of access permits or forbids, as Kafka numbers it.</summary>
internal enum AclOperation : sbyte
{
    /// <summary>Of a filter: any.</summary>
    Any = 1,

    /// <summary>All of them.</summary>
    All = 2,

    /// <summary>To read records, and to be a member of a group.</summary>
    Read = 3,

    /// <summary>To append records, and to use a transactional id.</summary>
    Write = 4,

    /// <summary>To create topics.</summary>
    Create = 5,

    /// <summary>To delete topics, records, groups and offsets.</summary>
    Delete = 6,

    /// <summary>To change what is not a setting.</summary>
    Alter = 7,

    /// <summary>To see that it is there, and how it stands.</summary>
    Describe = 8,

    /// <summary>To do what brokers do among themselves.</summary>
    ClusterAction = 9,

    /// <summary>To see settings.</summary>
    DescribeConfigs = 10,

    /// <summary>To change settings.</summary>
    AlterConfigs = 11,

    /// <summary>To append idempotently.</summary>
    IdempotentWrite = 12,

    /// <summary>To create delegation tokens for a user.</summary>
    CreateTokens = 13,

    /// <summary>To see the delegation tokens of a user.</summary>
    DescribeTokens = 14,

    /// <summary>To prepare transactions that somebody else ends.</summary>
    TwoPhaseCommit = 15,
}
