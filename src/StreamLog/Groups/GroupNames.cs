using StreamLog.Coordinators;

namespace StreamLog.Groups;

/// <summary>Rules for the names of groups, and where a group is kept.</summary>
internal static class GroupNames
{
    /// <summary>Tells whether a name is legal.</summary>
    /// <param name="group">The name.</param>
    /// <returns><see langword="false"/> for an empty name, or one that has no room in the key of a record, whose
    /// strings have 16 bits for their length.</returns>
    public static bool IsLegal(string? group) => group is { Length: > 0 } && GroupRequestRules.Fits(group);

    /// <summary>Returns the partition of <c>__consumer_offsets</c> that a group is kept in: Kafka's rule.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="partitionCount">How many partitions the topic has.</param>
    /// <returns>The partition.</returns>
    public static int PartitionOf(string group, int partitionCount) => KeyHash.PartitionOf(group, partitionCount);
}
