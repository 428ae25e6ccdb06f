namespace StreamLog.Groups.Assignors;

/// <summary>Gives each subscriber of a topic one range of its partitions.</summary>
/// <remarks>
/// <para>The members stand in one order for all topics, so that those who subscribe to the same topics get the same
/// ranges of them: topics with as many partitions are partitioned together, and can be joined.</para>
/// <para>Static members come first, in the order of their instance ids. So what they have does not depend on dynamic
/// ones coming and going, but for how long the ranges are.</para>
/// </remarks>
internal sealed class RangeAssignor : IAssignor
{
    /// <inheritdoc/>
    public string Name => "range";

    /// <inheritdoc/>
    public IReadOnlyList<PartitionSet> Assign(
        IReadOnlyList<Subscriber> members, IReadOnlyDictionary<Guid, int> partitionCounts)
    {
        int[] order = [.. Enumerable.Range(0, members.Count)
            .OrderBy(index => members[index].InstanceId is null)
            .ThenBy(index => members[index].InstanceId ?? members[index].MemberId, StringComparer.Ordinal)];
        Dictionary<Guid, List<int>> subscribers = [];
        foreach (int index in order)
        {
            foreach (Guid topic in members[index].TopicIds)
            {
                if (!partitionCounts.ContainsKey(topic))
                    continue;
                if (!subscribers.TryGetValue(topic, out List<int>? ofTopic))
                    subscribers.Add(topic, ofTopic = []);
                ofTopic.Add(index);
            }
        }

        List<TopicIdPartition>[] shares = [.. members.Select(_ => new List<TopicIdPartition>())];
        foreach ((Guid topic, List<int> ofTopic) in subscribers)
            Share(topic, partitionCounts[topic], ofTopic, shares);
        return [.. shares.Select(PartitionSet.Of)];
    }

    private static void Share(Guid topic, int partitions, List<int> subscribers, List<TopicIdPartition>[] shares)
    {
        (int quota, int longer) = Math.DivRem(partitions, subscribers.Count);
        int next = 0;
        for (int i = 0; i < subscribers.Count; i++)
        {
            int end = next + quota + (i < longer ? 1 : 0);
            for (; next < end; next++)
                shares[subscribers[i]].Add(new TopicIdPartition(topic, next));
        }
    }
}
