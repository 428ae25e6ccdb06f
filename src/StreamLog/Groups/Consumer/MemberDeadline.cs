namespace StreamLog.Groups.Consumer;

/// <summary>What a member of a consumer group must do in time, or it is given up.</summary>
internal enum MemberDeadline
{
    /// <summary>Be heard of.</summary>
    Session,

    /// <summary>Give back the partitions that it was told to.</summary>
    Rebalance,

    /// <summary>Join again, as a member of the classic protocol that was told to.</summary>
    Join,

    /// <summary>Ask for its assignment, as a member of the classic protocol that has joined.</summary>
    Sync,
}
