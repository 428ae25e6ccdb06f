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

        public string? RetentionBytes { get; set; }

        /// <summary>Gets its <c>cleanup.policy</c>.</summary>
        public string Policy { get; init; } = "delete";

        public bool IsCompacted => Policy.Contains("compact", StringComparison.Ordinal);

        public bool IsDeletable => Policy.Contains("delete", StringComparison.Ordinal);
    }

    /// <summary>A partition: offset i of the log is element i of the list, unless it is gone.</summary>
    internal sealed class PartitionModel
    {
        public List<(string? Key, string? Value, DateTimeOffset Timestamp)> Records { get; } = [];

        /// <summary>Gets the offsets of what compaction has removed, or damage.</summary>
        public HashSet<long> Gone { get; } = [];

        public long Start { get; set; }

        public long End => Records.Count;

        /// <summary>Lists the offsets that have a record, from one of them on.</summary>
        public IEnumerable<long> PresentFrom(long offset)
        {
            for (long i = Math.Max(offset, Start); i < End; i++)
            {
                if (!Gone.Contains(i))
                    yield return i;
            }
        }

        /// <summary>Leaves of each key the newest record alone.</summary>
        public void Compact()
        {
            Dictionary<string, long> newest = [];
            foreach (long offset in PresentFrom(Start))
                newest[Records[(int)offset].Key!] = offset;
            Gone.UnionWith(PresentFrom(Start).Except(newest.Values).ToArray());
        }
    }
}
