using StreamLog.Groups.Assignors;

namespace StreamLog.Groups.Share;

/// <summary>Shares the partitions of a topic among its subscribers, as KIP-932's <c>simple</c> assignor does: each
/// partition has a member and each member a partition, and what there is too few of is shared. Stateless.</summary>
internal static class SimpleAssignor
{
    /// <summary>The name that groups are described with.</summary>
    public const string Name = "simple";

    /// <summary>Shares partitions.</summary>
    /// <param name="members">The members with the topics that they subscribe to, each once.</param>
    /// <param name="partitionCounts">How many partitions each topic has.</param>
    /// <returns>What each member is to read, in the order of the members.</returns>
    public static IReadOnlyList<PartitionSet> Assign(
        IReadOnlyList<(string MemberId, IReadOnlyList<Guid> TopicIds)> members,
        IReadOnlyDictionary<Guid, int> partitionCounts)
    {
        List<TopicIdPartition>[] shares = new List<TopicIdPartition>[members.Count];
        for (int i = 0; i < shares.Length; i++)
            shares[i] = [];

        int[] order = [.. Enumerable.Range(0, members.Count)
            .OrderBy(member => members[member].MemberId, StringComparer.Ordinal)];
        int first = 0;
        foreach ((Guid topic, int partitions) in partitionCounts.OrderBy(topic => topic.Key))
        {
            int[] subscribers = [.. order.Where(member => members[member].TopicIds.Contains(topic))];
            if (subscribers.Length == 0 || partitions == 0)
                continue;

            // Each topic begins with the member behind the last one, so that small topics do not all fall to the same.
            for (int i = 0; i < Math.Max(subscribers.Length, partitions); i++)
            {
                int member = subscribers[(first + i) % subscribers.Length];
                shares[member].Add(new TopicIdPartition(topic, i % partitions));
            }

            first += partitions;
        }

        return [.. shares.Select(PartitionSet.Of)];
    }
}
