using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>What the records of a group of the consumer protocol say: a fold over them, and nothing else.</summary>
/// <remarks>
/// Owned by its <see cref="ConsumerGroup"/>; not thread-safe. Compaction may have taken older records away, so records
/// are taken in any combination, and what they forget need not be there.
/// </remarks>
internal sealed class ConsumerGroupState
{
    private readonly SortedDictionary<string, ConsumerMember> _members = new(StringComparer.Ordinal);
    private readonly ClassicSupport _classic = new();
    private readonly Dictionary<string, string> _staticMembers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PartitionSet> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<TopicIdPartition, string> _owners = [];
    private readonly SortedDictionary<string, IReadOnlyList<string>> _patterns = new(StringComparer.Ordinal);

    /// <summary>Gets the group's epoch: it counts the changes that may call for another assignment.</summary>
    public int Epoch { get; private set; }

    /// <summary>Gets the hash of the topics subscribed to at that epoch.</summary>
    public long MetadataHash { get; private set; }

    /// <summary>Gets the epoch that the target assignment was made for.</summary>
    public int AssignmentEpoch { get; private set; }

    /// <summary>Gets the members by id.</summary>
    public IReadOnlyDictionary<string, ConsumerMember> Members => _members;

    /// <summary>Gets what the members of the classic protocol have in common.</summary>
    public ClassicSupport Classic => _classic;

    /// <summary>Gets the topics that regular expressions stand for.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Patterns => _patterns;

    /// <summary>Finds a member.</summary>
    /// <param name="memberId">Its id.</param>
    /// <returns>The member, or <see langword="null"/>.</returns>
    public ConsumerMember? Find(string memberId) => _members.GetValueOrDefault(memberId);

    /// <summary>Finds a static member.</summary>
    /// <param name="instanceId">Its instance id.</param>
    /// <returns>The member, or <see langword="null"/>.</returns>
    public ConsumerMember? FindStatic(string instanceId) =>
        _staticMembers.TryGetValue(instanceId, out string? memberId) ? Find(memberId) : null;

    /// <summary>Finds what a member is to have.</summary>
    /// <param name="memberId">The member's id.</param>
    /// <returns>The partitions, or <see langword="null"/> where no assignment names the member.</returns>
    public PartitionSet? FindTarget(string memberId) => _targets.GetValueOrDefault(memberId);

    /// <summary>Finds who has a partition, or has yet to give it back.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>The member's id, or <see langword="null"/>.</returns>
    public string? FindOwner(TopicIdPartition partition) => _owners.GetValueOrDefault(partition);

    /// <summary>Takes a record.</summary>
    /// <param name="record">The record, of this group.</param>
    /// <returns><see langword="false"/> if the group is gone by it.</returns>
    public bool Apply(in GroupRecord record)
    {
        switch (record.Key)
        {
            case ConsumerGroupMetadataKey:
                return ApplyGroup((ConsumerGroupMetadataValue?)record.Value);
            case ConsumerGroupMemberMetadataKey key:
                ApplyMember(key.MemberId, (ConsumerGroupMemberMetadataValue?)record.Value);
                break;
            case ConsumerGroupTargetAssignmentMetadataKey:
                AssignmentEpoch = ((ConsumerGroupTargetAssignmentMetadataValue?)record.Value)?.AssignmentEpoch ?? 0;
                break;
            case ConsumerGroupTargetAssignmentMemberKey key:
                ApplyTarget(key.MemberId, (ConsumerGroupTargetAssignmentMemberValue?)record.Value);
                break;
            case ConsumerGroupCurrentMemberAssignmentKey key:
                ApplyCurrent(key.MemberId, (ConsumerGroupCurrentMemberAssignmentValue?)record.Value);
                break;
            case ConsumerGroupRegularExpressionKey key:
                ApplyPattern(key.RegularExpression, (ConsumerGroupRegularExpressionValue?)record.Value);
                break;
        }

        return true;
    }

    private bool ApplyGroup(ConsumerGroupMetadataValue? value)
    {
        Epoch = value?.Epoch ?? 0;
        MetadataHash = value?.MetadataHash ?? 0;
        return value is not null;
    }

    private void ApplyMember(string memberId, ConsumerGroupMemberMetadataValue? value)
    {
        ConsumerMember? before = Find(memberId);
        if (before?.InstanceId is { } instanceId && _staticMembers.GetValueOrDefault(instanceId) == memberId)
            _staticMembers.Remove(instanceId);
        _classic.Remove(before?.Classic);
        if (value is null)
        {
            Disown(before);
            _members.Remove(memberId);
            return;
        }

        if (value.InstanceId is not null)
            _staticMembers[value.InstanceId] = memberId;
        ConsumerMember after = (before ?? new ConsumerMember(memberId)) with
        {
            InstanceId = value.InstanceId,
            RackId = value.RackId,
            ClientId = value.ClientId,
            ClientHost = value.ClientHost,
            TopicNames = value.SubscribedTopicNames,
            TopicPattern = value.SubscribedTopicRegex ?? "",
            RebalanceTimeoutMs = value.RebalanceTimeoutMs,
            Assignor = value.ServerAssignor,
            Classic = Read(value.ClassicMemberMetadata),
        };
        _classic.Add(after.Classic);
        _members[memberId] = after;
    }

    private void ApplyTarget(string memberId, ConsumerGroupTargetAssignmentMemberValue? value)
    {
        if (value is null)
        {
            _targets.Remove(memberId);
            return;
        }

        _targets[memberId] =
            PartitionLists.Read(value.Partitions, topic => topic.TopicId, topic => topic.Partitions);
    }

    private void ApplyCurrent(string memberId, ConsumerGroupCurrentMemberAssignmentValue? value)
    {
        ConsumerMember? before = Find(memberId);
        if (before is null && value is null)
            return;

        Disown(before);
        ConsumerMember after = (before ?? new ConsumerMember(memberId)) with
        {
            Epoch = value?.MemberEpoch ?? ConsumerMember.LeavingEpoch,
            PreviousEpoch = value?.PreviousMemberEpoch ?? ConsumerMember.LeavingEpoch,
            State = (MemberState)(value?.State ?? 0),
            Assigned = Read(value?.AssignedPartitions),
            PendingRevocation = Read(value?.PartitionsPendingRevocation),
        };
        _members[memberId] = after;
        foreach (TopicIdPartition partition in after.Assigned.Concat(after.PendingRevocation))
            _owners[partition] = memberId;
    }

    private void ApplyPattern(string pattern, ConsumerGroupRegularExpressionValue? value)
    {
        if (value is null)
            _patterns.Remove(pattern);
        else
            _patterns[pattern] = value.Topics;
    }

    private void Disown(ConsumerMember? member)
    {
        if (member is null)
            return;

        foreach (TopicIdPartition partition in member.Assigned.Concat(member.PendingRevocation))
        {
            if (_owners.GetValueOrDefault(partition) == member.MemberId)
                _owners.Remove(partition);
        }
    }

    private static ClassicMembership? Read(ConsumerGroupMemberMetadataValue.ClassicMetadata? value) =>
        value is null
            ? null
            : new ClassicMembership(
                value.SessionTimeoutMs,
                [
                    .. value.SupportedProtocols.Select(protocol => new JoinGroupRequest.JoinGroupRequestProtocol
                    {
                        Name = protocol.Name,
                        Metadata = protocol.Metadata,
                    }),
                ]);

    private static PartitionSet Read(List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions>? topics) =>
        topics is null
            ? PartitionSet.Empty
            : PartitionLists.Read(topics, topic => topic.TopicId, topic => topic.Partitions);
}
