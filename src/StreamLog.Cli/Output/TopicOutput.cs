namespace StreamLog.Cli.Output;

/// <summary>Topics as text and as JSON.</summary>
internal static class TopicOutput
{
    public static void WriteNames(TextWriter output, IReadOnlyList<string> names, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(output, names);
            return;
        }

        foreach (string name in names)
            output.WriteLine(name);
    }

    /// <summary>Writes a line a topic.</summary>
    public static void WriteList(TextWriter output, IReadOnlyList<Topic> topics, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(output, topics.Select(Describe));
            return;
        }

        TextTable table = new("topic", "#partitions", "#offsets", "#size", "state");
        foreach (Topic topic in topics)
        {
            int offline = topic.Partitions.Count(partition => !partition.IsOnline);
            table.Add(
                topic.Name,
                topic.Partitions.Count,
                topic.Partitions.Sum(partition => partition.HighWatermark - partition.LogStartOffset),
                Quantities.FormatBytes(topic.Partitions.Sum(partition => partition.SizeInBytes)),
                offline == 0 ? "online" : $"{offline} offline");
        }

        table.WriteTo(output);
    }

    /// <summary>Writes a table a topic, with a line a partition.</summary>
    public static void WriteDescriptions(TextWriter output, IReadOnlyList<Topic> topics, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(output, topics.Select(Describe));
            return;
        }

        for (int i = 0; i < topics.Count; i++)
        {
            if (i > 0)
                output.WriteLine();
            output.WriteLine($"{topics[i].Name}  ({topics[i].TopicId})");
            WritePartitions(output, topics[i].Partitions);
        }
    }

    private static void WritePartitions(TextWriter output, IReadOnlyList<Partition> partitions)
    {
        TextTable table =
            new("#partition", "#leader", "replicas", "in sync", "#epoch", "#start", "#end", "#size", "state");
        foreach (Partition partition in partitions)
        {
            table.Add(
                partition.TopicPartition.Partition,
                partition.LeaderId,
                string.Join(',', partition.Replicas),
                string.Join(',', partition.InSyncReplicas),
                partition.LeaderEpoch,
                partition.LogStartOffset,
                partition.HighWatermark,
                Quantities.FormatBytes(partition.SizeInBytes),
                partition.Failure is { } failure ? $"offline: {failure.Message}" : "online");
        }

        table.WriteTo(output);
    }

    private static object Describe(Topic topic) => new
    {
        topic = topic.Name,
        topic.TopicId,
        topic.IsInternal,
        Partitions = topic.Partitions.Select(partition => new
        {
            partition.TopicPartition.Partition,
            partition.LeaderId,
            partition.LeaderEpoch,
            partition.Replicas,
            partition.InSyncReplicas,
            partition.LogStartOffset,
            partition.LastStableOffset,
            partition.HighWatermark,
            partition.SizeInBytes,
            failure = partition.Failure?.Message,
        }),
    };
}
