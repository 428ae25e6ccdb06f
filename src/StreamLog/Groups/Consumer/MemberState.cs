namespace StreamLog.Groups.Consumer;

/// <summary>How far a member is on its way to its target assignment. The numbers are Kafka's, on disk.</summary>
internal enum MemberState : sbyte
{
    /// <summary>It has what it is to have at its epoch.</summary>
    Stable = 0,

    /// <summary>It must give partitions back before it comes to the next epoch.</summary>
    UnrevokedPartitions = 1,

    /// <summary>It waits for partitions that others have not given back yet.</summary>
    UnreleasedPartitions = 2,
}
