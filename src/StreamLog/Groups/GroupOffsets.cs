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

    // Records that are in the log and do not count yet: not committed, or in a transaction that has not ended.
    private readonly OffsetCounts _underWay = new();

    // Of these, what is in transactions, by producer and by group.
    private readonly Dictionary<long, List<HeldOffset>> _held = [];
    private readonly OffsetCounts _unstable = new();

    /// <summary>Gets the names of the groups that have committed something.</summary>
    public IReadOnlyCollection<string> Groups => _groups.Keys;

    /// <summary>Takes note of a record that was appended and is not committed yet.</summary>
    /// <param name="key">The record's key.</param>
    public void Append(OffsetCommitKey key) => _underWay.Add(key.Group, PartitionOf(key));

    /// <summary>Takes a record that was appended and is committed now.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">Its value, or <see langword="null"/>.</param>
    /// <param name="offset">Its offset.</param>
    public void Commit(OffsetCommitKey key, OffsetCommitValue? value, long offset)
    {
        _underWay.Remove(key.Group, PartitionOf(key));
        Load(key, value, offset);
    }

    /// <summary>Takes a committed record that is read when the node starts.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">Its value, or <see langword="null"/>.</param>
    /// <param name="offset">Its offset.</param>
    public void Load(OffsetCommitKey key, OffsetCommitValue? value, long offset)
    {
        _groups.TryGetValue(key.Group, out Dictionary<TopicPartition, CommittedOffset>? offsets);
        if (value is not null)
        {
            if (offsets is null)
                _groups.Add(key.Group, offsets = []);
            offsets[PartitionOf(key)] = new CommittedOffset(
                value.Offset, value.LeaderEpoch, value.Metadata, value.TopicId, value.CommitTimestamp)
            {
                ExpiresAt = value.ExpireTimestamp == -1 ? null : value.ExpireTimestamp,
                RecordOffset = offset,
            };
            return;
        }

        Drop(key);
        if (offsets is not null && offsets.Remove(PartitionOf(key)) && offsets.Count == 0)
            _groups.Remove(key.Group);
    }

    /// <summary>Takes a record of a transaction that was appended and is committed now.</summary>
    /// <param name="producerId">Whose transaction it is.</param>
    /// <param name="held">The offset.</param>
    public void Hold(long producerId, in HeldOffset held)
    {
        if (!_held.TryGetValue(producerId, out List<HeldOffset>? offsets))
            _held.Add(producerId, offsets = []);
        offsets.Add(held);
        _unstable.Add(held.Key.Group, PartitionOf(held.Key));
    }

    /// <summary>Ends a transaction: what it holds counts, or never will.</summary>
    /// <param name="producerId">Whose it is.</param>
    /// <param name="isCommit">Whether it is committed, and not aborted.</param>
    public void End(long producerId, bool isCommit)
    {
        if (!_held.Remove(producerId, out List<HeldOffset>? offsets))
            return;

        foreach (HeldOffset held in offsets)
        {
            LetGo(held);

            // What was committed behind it stays, as it does for who reads the log later, when less of it is left.
            if (isCommit && !(Find(held.Key.Group, PartitionOf(held.Key))?.RecordOffset > held.RecordOffset))
                Load(held.Key, held.Value, held.RecordOffset);
        }
    }

    /// <summary>Tells whether a partition has an offset in a transaction that has not ended.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool IsUnstable(string group, TopicPartition partition) => _unstable.Has(group, partition);

    /// <summary>Tells whether a group has committed something, or is about to.</summary>
    /// <param name="group">The group.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool Has(string group) => _groups.ContainsKey(group) || _underWay.Has(group);

    /// <summary>Tells whether there is something to delete in one partition.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if an offset is committed, or its record is under way.</returns>
    public bool Has(string group, TopicPartition partition) =>
        Find(group, partition) is not null || IsUnderWay(group, partition);

    /// <summary>Tells whether a record of a group's offsets is in the log and does not count yet.</summary>
    /// <param name="group">The group.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool IsUnderWay(string group) => _underWay.Has(group);

    /// <summary>Tells whether a record of one partition is in the log and does not count yet.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool IsUnderWay(string group, TopicPartition partition) => _underWay.Has(group, partition);

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
        partitions.UnionWith(_underWay.PartitionsOf(group));
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

    /// <summary>Forgets what transactions hold under a key: whatever they had committed before is deleted.</summary>
    private void Drop(OffsetCommitKey key)
    {
        if (!_unstable.Has(key.Group, PartitionOf(key)))
            return;

        foreach (List<HeldOffset> offsets in _held.Values)
        {
            foreach (HeldOffset held in offsets.Where(IsOfKey).ToArray())
            {
                LetGo(held);
                offsets.Remove(held);
            }
        }

        bool IsOfKey(HeldOffset held) =>
            held.Key.Group == key.Group && PartitionOf(held.Key) == PartitionOf(key);
    }

    private void LetGo(in HeldOffset held)
    {
        _underWay.Remove(held.Key.Group, PartitionOf(held.Key));
        _unstable.Remove(held.Key.Group, PartitionOf(held.Key));
    }

    private static TopicPartition PartitionOf(OffsetCommitKey key) => new(key.Topic, key.Partition);
}
