namespace StreamLog.Clients.Membership;

/// <summary>What one round of a classic group came to, for one member. Immutable.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Topics">The topics that the member has told that it reads.</param>
/// <param name="Assigned">What it was assigned of them.</param>
/// <param name="PartitionCounts">How many partitions there were of the topics of all members, where it is the leader,
/// who keeps an eye on that.</param>
/// <param name="IsLast">Whether it need not join again once it has arrived there.</param>
internal sealed record JoinedGroup(
    int Generation,
    IReadOnlyList<string> Topics,
    IReadOnlySet<TopicPartition> Assigned,
    IReadOnlyDictionary<string, int>? PartitionCounts,
    bool IsLast);
