namespace StreamLog.Tests.Node;

/// <summary>A node as it should be: lists and dictionaries.</summary>
internal sealed class NodeModel
{
    public SortedDictionary<string, TopicModel> Topics { get; } = new(StringComparer.Ordinal);

    public Dictionary<TopicPartition, long> Committed { get; } = [];

    public PartitionModel this[TopicPartition partition] => Topics[partition.Topic].Partitions[partition.Partition];

    /// <summary>A topic.</summary>
    internal sealed class TopicModel
    {
        public List<PartitionModel> Partitions { get; } = [];

        public string? RetentionMs { get; set; }
    }

    /// <summary>A partition: offset i of the log is element i of the list.</summary>
    internal sealed class PartitionModel
    {
        public List<(string? Key, string? Value, DateTimeOffset Timestamp)> Records { get; } = [];

        public long Start { get; set; }

        public long End => Records.Count;
    }
}
