using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>All groups of one partition of <c>__consumer_offsets</c>, and what they have committed.</summary>
/// <remarks>
/// A synchronous state machine: a fold over the records of its partition. It does no I/O and takes no lock; its
/// <see cref="OffsetsPartition"/> owns it and lets one thread in at a time.
/// </remarks>
/// <param name="create">Creates the group that a record begins; <see langword="null"/> for a record of a kind that no
/// protocol knows.</param>
/// <param name="image">Gets the topics that there are. It is asked when something is decided, so that a group never
/// sees older ones than before.</param>
internal sealed class GroupTable(Func<GroupRecord, IGroup?> create, Func<ClusterImage> image)
    : IStateTable<GroupRecord>
{
    private readonly Dictionary<string, IGroup> _groups = new(StringComparer.Ordinal);
    private readonly DeadlineQueue<string> _deadlines = new(StringComparer.Ordinal);

    /// <summary>Gets the groups that have, or had, members. Others are there for their offsets alone.</summary>
    public IReadOnlyCollection<IGroup> Groups => _groups.Values;

    /// <summary>Gets the committed offsets.</summary>
    public GroupOffsets Offsets { get; } = new();

    /// <inheritdoc/>
    public long NextDeadlineMs => _deadlines.Next;

    /// <summary>Finds a group.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The group; <see langword="null"/> if there is none, or if it is there for its offsets alone.</returns>
    public IGroup? Find(string name) => _groups.GetValueOrDefault(name);

    /// <summary>Tells whether a group is there, with members or for its offsets alone.</summary>
    /// <param name="name">Its name.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool Has(string name) => _groups.ContainsKey(name) || Offsets.Has(name);

    /// <summary>Puts a group in the table, in the place of one of that name.</summary>
    /// <param name="group">The group.</param>
    public void Put(IGroup group) => _groups[group.Name] = group;

    /// <summary>Takes note of what a decision has made of its group: another one may take its place, and its deadline
    /// may have moved.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="decision">The decision.</param>
    public void Settle(string name, GroupDecision decision)
    {
        if (decision.Successor is { } successor)
            Put(successor);
        Reschedule(name);
    }

    /// <inheritdoc/>
    public StateDecision<GroupRecord> NewDecision(long now, long timestamp) =>
        new GroupDecision(now, timestamp, image());

    /// <inheritdoc/>
    public bool TryExpire(StateDecision<GroupRecord> decision)
    {
        IGroup? group = null;
        while (group is null && _deadlines.TryTakeDue(decision.Now, out string? name))
            group = Find(name);
        if (group is null)
            return false;

        group.Expire((GroupDecision)decision);
        Settle(group.Name, (GroupDecision)decision);
        return true;
    }

    /// <summary>Takes a record that was just appended. An offset shows once its record is committed, and its
    /// transaction where it has one.</summary>
    /// <param name="record">The record.</param>
    public void Append(in GroupRecord record)
    {
        if (record.Key is OffsetCommitKey key)
            Offsets.Append(key);
        else if (record.Key is not TransactionMark)
            Apply(record);
    }

    /// <inheritdoc/>
    public void Commit(in GroupRecord record, long offset)
    {
        if (record.Key is OffsetCommitKey key && record.Producer is { } producer)
            Offsets.Hold(producer.ProducerId, new HeldOffset(key, (OffsetCommitValue)record.Value!, offset));
        else if (record.Key is OffsetCommitKey plain)
            Offsets.Commit(plain, (OffsetCommitValue?)record.Value, offset);
        else if (record.Key is TransactionMark mark)
            Offsets.End(mark.ProducerId, mark.IsCommit);
    }

    /// <summary>Takes a committed record that is read when the node starts.</summary>
    /// <param name="record">The record.</param>
    /// <param name="offset">Its offset.</param>
    public void Load(in GroupRecord record, long offset = 0)
    {
        if (record.Key is not (OffsetCommitKey or TransactionMark))
        {
            Apply(record);
            return;
        }

        // Within a transaction nothing is ever forgotten.
        if (record is { Producer: not null, Value: null })
            return;
        Append(record);
        Commit(record, offset);
    }

    /// <inheritdoc/>
    public void Loaded(long now, long timestamp)
    {
        foreach (IGroup group in _groups.Values)
        {
            group.Loaded(now, image());
            Reschedule(group.Name);
        }
    }

    private void Apply(in GroupRecord record)
    {
        IGroup? group = Find(record.Group);
        if (group is null)
        {
            // The first record of a group cannot be the one that ends it: that is what compaction has left of it.
            group = record.Value is null ? null : create(record);
            if (group is null)
                return;

            Put(group);
        }

        if (!group.Apply(record))
            _groups.Remove(record.Group);
        Reschedule(record.Group);
    }

    private void Reschedule(string name) => _deadlines.Set(name, Find(name)?.NextDeadlineMs ?? long.MaxValue);
}
