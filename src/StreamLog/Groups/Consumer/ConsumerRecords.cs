using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>Makes the records of a group of the consumer protocol. Immutable.</summary>
/// <param name="group">The group.</param>
internal sealed class ConsumerRecords(string group)
{
    /// <summary>Notes the group's epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="metadataHash">The hash of the topics subscribed to.</param>
    /// <returns>The record.</returns>
    public GroupRecord Group(int epoch, long metadataHash) => new(
        group,
        new ConsumerGroupMetadataKey { GroupId = group },
        new ConsumerGroupMetadataValue { Epoch = epoch, MetadataHash = metadataHash });

    /// <summary>Forgets the group.</summary>
    /// <returns>The record.</returns>
    public GroupRecord GroupGone() => new(group, new ConsumerGroupMetadataKey { GroupId = group }, Value: null);

    /// <summary>Notes what a member told of itself.</summary>
    /// <param name="member">The member.</param>
    /// <returns>The record.</returns>
    public GroupRecord Member(ConsumerMember member) => new(
        group,
        new ConsumerGroupMemberMetadataKey { GroupId = group, MemberId = member.MemberId },
        new ConsumerGroupMemberMetadataValue
        {
            InstanceId = member.InstanceId,
            RackId = member.RackId,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopicNames = [.. member.TopicNames],
            SubscribedTopicRegex = member.TopicPattern,
            RebalanceTimeoutMs = member.RebalanceTimeoutMs,
            ServerAssignor = member.Assignor,
            ClassicMemberMetadata = member.Classic is not { } classic
                ? null
                : new ConsumerGroupMemberMetadataValue.ClassicMetadata
                {
                    SessionTimeoutMs = classic.SessionTimeoutMs,
                    SupportedProtocols =
                    [
                        .. classic.Protocols.Select(protocol => new ConsumerGroupMemberMetadataValue.ClassicProtocol
                        {
                            Name = protocol.Name,
                            Metadata = protocol.Metadata,
                        }),
                    ],
                },
        });

    /// <summary>Forgets a member, and all that it has and was to have.</summary>
    /// <param name="memberId">The member.</param>
    /// <returns>The records.</returns>
    public IEnumerable<GroupRecord> MemberGone(string memberId) =>
    [
        new GroupRecord(
            group, new ConsumerGroupCurrentMemberAssignmentKey { GroupId = group, MemberId = memberId }, Value: null),
        new GroupRecord(
            group, new ConsumerGroupTargetAssignmentMemberKey { GroupId = group, MemberId = memberId }, Value: null),
        new GroupRecord(
            group, new ConsumerGroupMemberMetadataKey { GroupId = group, MemberId = memberId }, Value: null),
    ];

    /// <summary>Notes what a member has.</summary>
    /// <param name="member">The member.</param>
    /// <returns>The record.</returns>
    public GroupRecord Current(ConsumerMember member) => new(
        group,
        new ConsumerGroupCurrentMemberAssignmentKey { GroupId = group, MemberId = member.MemberId },
        new ConsumerGroupCurrentMemberAssignmentValue
        {
            MemberEpoch = member.Epoch,
            PreviousMemberEpoch = member.PreviousEpoch,
            State = (sbyte)member.State,
            AssignedPartitions = Write(member.Assigned),
            PartitionsPendingRevocation = Write(member.PendingRevocation),
        });

    /// <summary>Notes what a member is to have.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="target">What it is to have.</param>
    /// <returns>The record.</returns>
    public GroupRecord Target(string memberId, PartitionSet target) => new(
        group,
        new ConsumerGroupTargetAssignmentMemberKey { GroupId = group, MemberId = memberId },
        new ConsumerGroupTargetAssignmentMemberValue
        {
            Partitions = PartitionLists.Write(
                target,
                (topic, partitions) => new ConsumerGroupTargetAssignmentMemberValue.TopicPartitions
                {
                    TopicId = topic,
                    Partitions = partitions,
                }),
        });

    /// <summary>Notes the epoch of the target assignment.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <returns>The record.</returns>
    public GroupRecord TargetEpoch(int epoch) => new(
        group,
        new ConsumerGroupTargetAssignmentMetadataKey { GroupId = group },
        new ConsumerGroupTargetAssignmentMetadataValue { AssignmentEpoch = epoch });

    /// <summary>Forgets the epoch of the target assignment.</summary>
    /// <returns>The record.</returns>
    public GroupRecord TargetEpochGone() =>
        new(group, new ConsumerGroupTargetAssignmentMetadataKey { GroupId = group }, Value: null);

    /// <summary>Notes the topics that a regular expression stands for, or forgets them.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="topics">The topics, or <see langword="null"/> to forget them.</param>
    /// <param name="version">The offset of the metadata that they were found in.</param>
    /// <param name="timestamp">When, in Unix milliseconds.</param>
    /// <returns>The record.</returns>
    public GroupRecord Pattern(string pattern, IReadOnlyList<string>? topics, long version, long timestamp) => new(
        group,
        new ConsumerGroupRegularExpressionKey { GroupId = group, RegularExpression = pattern },
        topics is null
            ? null
            : new ConsumerGroupRegularExpressionValue
            {
                Topics = [.. topics],
                Version = version,
                Timestamp = timestamp,
            });

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> Write(PartitionSet partitions) =>
        PartitionLists.Write(
            partitions,
            (topic, numbers) => new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions
            {
                TopicId = topic,
                Partitions = numbers,
            });
}
