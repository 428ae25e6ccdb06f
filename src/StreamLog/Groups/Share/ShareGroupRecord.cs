using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>Makes the records of a share group. Immutable.</summary>
/// <param name="group">The group.</param>
internal sealed class ShareGroupRecord(string group)
{
    /// <summary>Notes the group's epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="metadataHash">The hash of the topics subscribed to.</param>
    /// <returns>The record.</returns>
    public GroupRecord Group(int epoch, long metadataHash) => new(
        group,
        new ShareGroupMetadataKey { GroupId = group },
        new ShareGroupMetadataValue { Epoch = epoch, MetadataHash = metadataHash });

    /// <summary>Notes what a member told of itself.</summary>
    /// <param name="member">The member.</param>
    /// <returns>The record.</returns>
    public GroupRecord Member(ConsumerMember member) => new(
        group,
        new ShareGroupMemberMetadataKey { GroupId = group, MemberId = member.MemberId },
        new ShareGroupMemberMetadataValue
        {
            RackId = member.RackId,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopicNames = [.. member.TopicNames],
        });

    /// <summary>Notes the epoch of the assignment.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <returns>The record.</returns>
    public GroupRecord TargetEpoch(int epoch) => new(
        group,
        new ShareGroupTargetAssignmentMetadataKey { GroupId = group },
        new ShareGroupTargetAssignmentMetadataValue { AssignmentEpoch = epoch });

    /// <summary>Notes what a member is to read.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="target">The partitions.</param>
    /// <returns>The record.</returns>
    public GroupRecord Target(string memberId, PartitionSet target) => new(
        group,
        new ShareGroupTargetAssignmentMemberKey { GroupId = group, MemberId = memberId },
        new ShareGroupTargetAssignmentMemberValue
        {
            TopicPartitions = PartitionLists.Write(
                target,
                (topic, numbers) => new ShareGroupTargetAssignmentMemberValue.TopicPartition
                {
                    TopicId = topic,
                    Partitions = numbers,
                }),
        });

    /// <summary>Notes what a member reads.</summary>
    /// <param name="member">The member.</param>
    /// <returns>The record.</returns>
    public GroupRecord Current(ConsumerMember member) => new(
        group,
        new ShareGroupCurrentMemberAssignmentKey { GroupId = group, MemberId = member.MemberId },
        new ShareGroupCurrentMemberAssignmentValue
        {
            MemberEpoch = member.Epoch,
            PreviousMemberEpoch = member.PreviousEpoch,
            AssignedPartitions = PartitionLists.Write(
                member.Assigned,
                (topic, numbers) => new ShareGroupCurrentMemberAssignmentValue.TopicPartitions
                {
                    TopicId = topic,
                    Partitions = numbers,
                }),
        });

    /// <summary>Forgets a member, and what it reads and was to read.</summary>
    /// <param name="memberId">The member.</param>
    /// <returns>The records.</returns>
    public IEnumerable<GroupRecord> MemberGone(string memberId) =>
    [
        new GroupRecord(
            group, new ShareGroupCurrentMemberAssignmentKey { GroupId = group, MemberId = memberId }, Value: null),
        new GroupRecord(
            group, new ShareGroupTargetAssignmentMemberKey { GroupId = group, MemberId = memberId }, Value: null),
        new GroupRecord(
            group, new ShareGroupMemberMetadataKey { GroupId = group, MemberId = memberId }, Value: null),
    ];

    /// <summary>Forgets a group without members.</summary>
    /// <returns>The records.</returns>
    public IEnumerable<GroupRecord> GroupGone() =>
    [
        new GroupRecord(group, new ShareGroupTargetAssignmentMetadataKey { GroupId = group }, Value: null),
        new GroupRecord(group, new ShareGroupMetadataKey { GroupId = group }, Value: null),
    ];
}
