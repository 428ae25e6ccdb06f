using System.Runtime.InteropServices;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>The committed offsets of the groups of one partition of <c>__consumer_offsets</c>.</summary>
/// <remarks>
/// A synchronous state machine: a fold over the records of its partition. An offset shows when its record is committed;
/// until then it is only known that there is one under way. It does no I/O and takes no lock; its
/// <see cref="OffsetsPartition"/> owns it and lets one thread in at a time.
/// </remarks>
internal sealed class GroupOffsets
{
    private readonly Dictionary<string, Dictionary<TopicPartition, CommittedOffset>> _groups =
        new(StringComparer.Ordinal);

    // How many records of a partition are in the log and not committed yet.
    private readonly Dictionary<string, Dictionary<TopicPartition, int>> _underWay = new(StringComparer.Ordinal);

    /// <summary>Gets the names of the groups that have committed something.</summary>
    public IReadOnlyCollection<string> Groups => _groups.Keys;

    /// <summary>Takes note of a record that was appended and is not committed yet.</summary>
    /// <param name="key">The record's key.</param>
    public void Append(OffsetCommitKey key)
    {
        if (!_underWay.TryGetValue(key.Group, out Dictionary<TopicPartition, int>? partitions))
            _underWay.Add(key.Group, partitions = []);
        CollectionsMarshal.GetValueRefOrAddDefault(partitions, PartitionOf(key), out _)++;
    }

    /// <summary>Takes a record that was appended and is committed now.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">Its value, or <see langword="null"/>.</param>
    public void Commit(OffsetCommitKey key, OffsetCommitValue? value)
    {
        Dictionary<TopicPartition, int> partitions = _underWay[key.Group];
        ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(partitions, PartitionOf(key));
        if (--count == 0 && partitions.Remove(PartitionOf(key)) && partitions.Count == 0)
            _underWay.Remove(key.Group);

        Load(key, value);
    }

    /// <summary>Takes a committed record that is read when the node starts.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">Its value, or <see langword="null"/>.</param>
    public void Load(OffsetCommitKey key, OffsetCommitValue? value)
    {
        _groups.TryGetValue(key.Group, out Dictionary<TopicPartition, CommittedOffset>? offsets);
        if (value is not null)
        {
            if (offsets is null)
                _groups.Add(key.Group, offsets = []);
            offsets[PartitionOf(key)] = new CommittedOffset(
                value.Offset, value.LeaderEpoch, value.Metadata, value.TopicId, value.CommitTimestamp);
        }
        else if (offsets is not null && offsets.Remove(PartitionOf(key)) && offsets.Count == 0)
        {
            _groups.Remove(key.Group);
        }
    }

    /// <summary>Tells whether a group has committed something, or is about to.</summary>
    /// <param name="group">The group.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool Has(string group) => _groups.ContainsKey(group) || _underWay.ContainsKey(group);

    /// <summary>Tells whether there is something to delete in one partition.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if an offset is committed, or its record is under way.</returns>
    public bool Has(string group, TopicPartition partition) =>
        Find(group, partition) is not null || IsUnderWay(group, partition);

    /// <summary>Tells whether a record of a group's offsets is appended and not committed yet.</summary>
    /// <param name="group">The group.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool IsUnderWay(string group) => _underWay.ContainsKey(group);

    /// <summary>Tells whether a record of one partition is appended and not committed yet.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool IsUnderWay(string group, TopicPartition partition) =>
        _underWay.TryGetValue(group, out Dictionary<TopicPartition, int>? partitions)
            && partitions.ContainsKey(partition);

    /// <summary>Finds what a group has committed in one partition.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>The offset, or <see langword="null"/>.</returns>
    public CommittedOffset? Find(string group, TopicPartition partition) =>
        _groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets)
            && offsets.TryGetValue(partition, out CommittedOffset committed)
            ? committed
            : null;

    /// <summary>Lists all that a group has committed.</summary>
    /// <param name="group">The group.</param>
    /// <returns>A copy, in the order of topics and partitions.</returns>
    public IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> FindAll(string group) =>
        _groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets)
            ? [.. offsets.OrderBy(pair => pair.Key.Topic, StringComparer.Ordinal).ThenBy(pair => pair.Key.Partition)]
            : [];

    /// <summary>Decides to forget what a group has committed, and what is under way too.</summary>
    /// <param name="group">The group.</param>
    /// <param name="max">How many offsets to forget at most.</param>
    /// <param name="decision">Takes the records that say so.</param>
    /// <returns><see langword="true"/> if that is all of them.</returns>
    public bool Delete(string group, int max, GroupDecision decision)
    {
        HashSet<TopicPartition> partitions = [];
        if (_groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets))
            partitions.UnionWith(offsets.Keys);
        if (_underWay.TryGetValue(group, out Dictionary<TopicPartition, int>? underWay))
            partitions.UnionWith(underWay.Keys);
        foreach (TopicPartition partition in partitions.Take(max))
            Delete(group, partition, decision);
        return partitions.Count <= max;
    }

    /// <summary>Decides to forget what a group has committed in one partition.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="decision">Takes the record that says so.</param>
    public static void Delete(string group, TopicPartition partition, GroupDecision decision) => decision.Append(
        GroupRecord.Of(
            new OffsetCommitKey { Group = group, Topic = partition.Topic, Partition = partition.Partition },
            value: null));

    private static TopicPartition PartitionOf(OffsetCommitKey key) => new(key.Topic, key.Partition);
}
