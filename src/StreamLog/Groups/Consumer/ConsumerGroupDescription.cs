using StreamLog.Groups.Assignors;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>Describes a group of the consumer protocol. Stateless.</summary>
internal static class ConsumerGroupDescription
{
    private const sbyte ClassicMemberType = 0;
    private const sbyte ConsumerMemberType = 1;

    /// <summary>Describes a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="image">The topics, for their names.</param>
    /// <returns>What it looks like.</returns>
    public static ConsumerGroupDescribeResponse.DescribedGroup Of(ConsumerGroup group, ClusterImage image) => new()
    {
        GroupId = group.Name,
        GroupState = group.State,
        GroupEpoch = group.Records.Epoch,
        AssignmentEpoch = group.Records.AssignmentEpoch,
        AssignorName = group.AssignorName,
        Members = [.. group.Records.Members.Values.Select(member => new ConsumerGroupDescribeResponse.Member
        {
            MemberId = member.MemberId,
            InstanceId = member.InstanceId,
            RackId = member.RackId,
            MemberEpoch = member.Epoch,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopicNames = [.. member.TopicNames],
            SubscribedTopicRegex = member.TopicPattern.Length == 0 ? null : member.TopicPattern,
            Assignment = Describe(member.Assigned, image),
            TargetAssignment = Describe(group.Records.FindTarget(member.MemberId) ?? PartitionSet.Empty, image),
            MemberType = member.Classic is null ? ConsumerMemberType : ClassicMemberType,
        })],
    };

    // What is left of a deleted topic has no name.
    private static ConsumerGroupDescribeResponse.MemberAssignment Describe(
        PartitionSet partitions, ClusterImage image) => new()
        {
            Partitions = PartitionLists.Write(
                partitions.Where(partition => image.FindTopic(partition.TopicId) is not null),
                (topic, numbers) => new ConsumerGroupDescribeResponse.TopicPartitions
                {
                    TopicId = topic,
                    TopicName = image.FindTopic(topic)!.Name,
                    Partitions = numbers,
                }),
        };
}
