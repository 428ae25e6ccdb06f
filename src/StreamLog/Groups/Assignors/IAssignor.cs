namespace StreamLog.Groups.Assignors;

/// <summary>Shares partitions among the members of a group. Stateless: the same input gives the same output.</summary>
/// <remarks>Racks are not looked at.</remarks>
internal interface IAssignor
{
    /// <summary>Gets the name that members ask for it by.</summary>
    string Name { get; }

    /// <summary>Shares partitions.</summary>
    /// <param name="members">The members, each once, in any order.</param>
    /// <param name="partitionCounts">The topics that there are, with how many partitions each has. Who subscribes to
    /// another gets nothing of it.</param>
    /// <returns>What each member is to have, in the order of the members. Every partition of a topic that somebody
    /// subscribes to is had by exactly one who does.</returns>
    IReadOnlyList<PartitionSet> Assign(
        IReadOnlyList<Subscriber> members, IReadOnlyDictionary<Guid, int> partitionCounts);
}
