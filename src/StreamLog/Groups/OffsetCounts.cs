using System.Runtime.InteropServices;

namespace StreamLog.Groups;

/// <summary>Counts records by group and partition. Not thread-safe.</summary>
internal sealed class OffsetCounts
{
    private readonly Dictionary<string, Dictionary<TopicPartition, int>> _groups = new(StringComparer.Ordinal);

    /// <summary>Counts one more.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    public void Add(string group, TopicPartition partition)
    {
        if (!_groups.TryGetValue(group, out Dictionary<TopicPartition, int>? partitions))
            _groups.Add(group, partitions = []);
        CollectionsMarshal.GetValueRefOrAddDefault(partitions, partition, out _)++;
    }

    /// <summary>Counts one less.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition; one was counted.</param>
    public void Remove(string group, TopicPartition partition)
    {
        Dictionary<TopicPartition, int> partitions = _groups[group];
        ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(partitions, partition);
        if (--count == 0 && partitions.Remove(partition) && partitions.Count == 0)
            _groups.Remove(group);
    }

    /// <summary>Tells whether any is counted for a group.</summary>
    /// <param name="group">The group.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool Has(string group) => _groups.ContainsKey(group);

    /// <summary>Tells whether any is counted for a partition.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool Has(string group, TopicPartition partition) => PartitionsOf(group).Contains(partition);

    /// <summary>Lists the partitions of a group that any are counted for.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The partitions, in no order.</returns>
    public IReadOnlyCollection<TopicPartition> PartitionsOf(string group) =>
        _groups.TryGetValue(group, out Dictionary<TopicPartition, int>? partitions) ? partitions.Keys : [];
}
