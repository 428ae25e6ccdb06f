using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>What the records of a share group say: a fold over them, and nothing else.</summary>
/// <remarks>
/// Owned by its <see cref="ShareGroup"/>; not thread-safe. Compaction may have taken older records away, so records are
/// taken in any combination, and what they forget need not be there.
/// </remarks>
internal sealed class ShareGroupState
{
    private readonly SortedDictionary<string, ConsumerMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PartitionSet> _targets = new(StringComparer.Ordinal);

    /// <summary>Gets the group's epoch: it counts the changes that may call for another assignment.</summary>
    public int Epoch { get; private set; }

    /// <summary>Gets the hash of the topics subscribed to at that epoch.</summary>
    public long MetadataHash { get; private set; }

    /// <summary>Gets the epoch that the assignment was made for.</summary>
    public int AssignmentEpoch { get; private set; }

    /// <summary>Gets the members by id.</summary>
    public IReadOnlyDictionary<string, ConsumerMember> Members => _members;

    /// <summary>Finds a member.</summary>
    /// <param name="memberId">Its id.</param>
    /// <returns>The member, or <see langword="null"/>.</returns>
    public ConsumerMember? Find(string memberId) => _members.GetValueOrDefault(memberId);

    /// <summary>Finds what a member is to read.</summary>
    /// <param name="memberId">The member's id.</param>
    /// <returns>The partitions, or <see langword="null"/> where no assignment names the member.</returns>
    public PartitionSet? FindTarget(string memberId) => _targets.GetValueOrDefault(memberId);

    /// <summary>Takes a record.</summary>
    /// <param name="record">The record, of this group.</param>
    /// <returns><see langword="false"/> if the group is gone by it.</returns>
    public bool Apply(in GroupRecord record)
    {
        switch (record.Key)
        {
            case ShareGroupMetadataKey:
                ShareGroupMetadataValue? group = (ShareGroupMetadataValue?)record.Value;
                Epoch = group?.Epoch ?? 0;
                MetadataHash = group?.MetadataHash ?? 0;
                return group is not null;
            case ShareGroupTargetAssignmentMetadataKey:
                AssignmentEpoch = ((ShareGroupTargetAssignmentMetadataValue?)record.Value)?.AssignmentEpoch ?? 0;
                break;
            case ShareGroupMemberMetadataKey key:
                ApplyMember(key.MemberId, (ShareGroupMemberMetadataValue?)record.Value);
                break;
            case ShareGroupTargetAssignmentMemberKey key:
                ApplyTarget(key.MemberId, (ShareGroupTargetAssignmentMemberValue?)record.Value);
                break;
            case ShareGroupCurrentMemberAssignmentKey key:
                ApplyCurrent(key.MemberId, (ShareGroupCurrentMemberAssignmentValue?)record.Value);
                break;
        }

        return true;
    }

    private void ApplyMember(string memberId, ShareGroupMemberMetadataValue? value)
    {
        if (value is null)
        {
            _members.Remove(memberId);
            return;
        }

        _members[memberId] = (Find(memberId) ?? new ConsumerMember(memberId)) with
        {
            RackId = value.RackId,
            ClientId = value.ClientId,
            ClientHost = value.ClientHost,
            TopicNames = value.SubscribedTopicNames,
        };
    }

    private void ApplyTarget(string memberId, ShareGroupTargetAssignmentMemberValue? value)
    {
        if (value is null)
        {
            _targets.Remove(memberId);
            return;
        }

        _targets[memberId] =
            PartitionLists.Read(value.TopicPartitions, topic => topic.TopicId, topic => topic.Partitions);
    }

    private void ApplyCurrent(string memberId, ShareGroupCurrentMemberAssignmentValue? value)
    {
        ConsumerMember? before = Find(memberId);
        if (before is null && value is null)
            return;

        _members[memberId] = (before ?? new ConsumerMember(memberId)) with
        {
            Epoch = value?.MemberEpoch ?? ConsumerMember.LeavingEpoch,
            PreviousEpoch = value?.PreviousMemberEpoch ?? ConsumerMember.LeavingEpoch,
            Assigned = value is null
                ? PartitionSet.Empty
                : PartitionLists.Read(value.AssignedPartitions, topic => topic.TopicId, topic => topic.Partitions),
        };
    }
}
