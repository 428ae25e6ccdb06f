namespace StreamLog.Broker;

/// <summary>How far a group has come in one partition.</summary>
/// <param name="Group">The group.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset that it has committed.</param>
/// <param name="Lag">How many records it is behind; -1 where the partition is offline or gone.</param>
internal readonly record struct GroupLag(string Group, TopicPartition Partition, long Offset, long Lag)
{
    /// <summary>Finds how far all groups have come.</summary>
    /// <param name="parts">The broker's parts.</param>
    /// <returns>One for each partition that a group has committed an offset of.</returns>
    public static IReadOnlyList<GroupLag> FindAll(BrokerParts parts)
    {
        TopicTable table = parts.Partitions.Current;
        List<GroupLag> lags = [];
        foreach (string group in parts.Groups.ListGroups(out _).Select(group => group.Name))
        {
            foreach ((TopicPartition partition, Groups.CommittedOffset? committed) in
                parts.Groups.Fetch(group, partitions: null, out _))
            {
                if (committed is not { } found)
                    continue;

                Replication.ReplicatedPartition? log = table.Find(partition.Topic)?.Find(partition.Partition);
                long lag = log is { Failure: null } ? Math.Max(0, log.HighWatermark - found.Offset) : -1;
                lags.Add(new GroupLag(group, partition, found.Offset, lag));
            }
        }

        return lags;
    }
}
