namespace StreamLog.Groups;

/// <summary>The committed offsets of the groups of one partition of <c>__consumer_offsets</c>.</summary>
/// <remarks>
/// A synchronous state machine: a fold over the records of its partition. It does no I/O and takes no lock; its
/// <see cref="OffsetsPartition"/> owns it and lets one thread in at a time.
/// </remarks>
internal sealed class GroupOffsets
{
    private readonly Dictionary<string, Dictionary<TopicPartition, CommittedOffset>> _groups =
        new(StringComparer.Ordinal);

    /// <summary>Gets the names of the groups that have committed something.</summary>
    public IReadOnlyCollection<string> Groups => _groups.Keys;

    /// <summary>Takes a committed record.</summary>
    /// <param name="record">The record.</param>
    public void Apply(in OffsetRecord record)
    {
        TopicPartition partition = new(record.Key.Topic, record.Key.Partition);
        _groups.TryGetValue(record.Key.Group, out Dictionary<TopicPartition, CommittedOffset>? offsets);
        if (record.Value is { } value)
        {
            if (offsets is null)
                _groups.Add(record.Key.Group, offsets = []);
            offsets[partition] = new CommittedOffset(value.Offset, value.LeaderEpoch, value.Metadata, value.TopicId);
        }
        else if (offsets is not null && offsets.Remove(partition) && offsets.Count == 0)
        {
            _groups.Remove(record.Key.Group);
        }
    }

    /// <summary>Decides what a member, or nobody in particular, may commit.</summary>
    /// <param name="group">The group.</param>
    /// <param name="generation">The generation that the committer knows; negative for a committer outside of
    /// any.</param>
    /// <returns>The error to answer, or None.</returns>
    /// <remarks>
    /// No group has members yet. So who claims to be one is either a member of a group that is not there any more, or a
    /// stranger.
    /// </remarks>
    public ErrorCode CheckCommitter(string group, int generation)
    {
        if (generation < 0)
            return ErrorCode.None;

        return _groups.ContainsKey(group) ? ErrorCode.UnknownMemberId : ErrorCode.IllegalGeneration;
    }

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
}
