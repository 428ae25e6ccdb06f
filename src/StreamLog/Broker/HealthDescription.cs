namespace StreamLog.Broker;

/// <summary>Takes the pictures of what is wrong with a node.</summary>
internal static class HealthDescription
{
    /// <summary>Takes a picture.</summary>
    /// <param name="parts">The broker's parts.</param>
    /// <returns>The picture.</returns>
    public static NodeHealth Describe(BrokerParts parts)
    {
        SortedDictionary<string, long> lags = new(StringComparer.Ordinal);
        foreach (GroupLag lag in GroupLag.FindAll(parts))
            lags[lag.Group] = lags.GetValueOrDefault(lag.Group) + Math.Max(0, lag.Lag);

        return new NodeHealth
        {
            DirectoryFailure = parts.Directory.Failure,
            OfflinePartitions = OfflineOf(parts.Partitions.Current),
            Findings = parts.Directory.Findings,
            AvailableBytes = parts.Directory.AvailableBytes,
            MemoryLimit = parts.Options.InMemory ? parts.Options.MemoryLimit : null,
            GroupLags = lags,
        };
    }

    private static Dictionary<TopicPartition, StreamLogException?> OfflineOf(TopicTable table)
    {
        Dictionary<TopicPartition, StreamLogException?> offline = [];
        foreach (LocalTopic topic in table.Topics)
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                // One that could not be opened is not there at all; the log says why.
                if (topic.Partitions[i] is not { Failure: null })
                    offline.Add(new TopicPartition(topic.Name, i), topic.Partitions[i]?.Failure);
            }
        }

        return offline;
    }
}
