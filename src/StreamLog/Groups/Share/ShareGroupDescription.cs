using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>Describes a share group. Stateless.</summary>
internal static class ShareGroupDescription
{
    /// <summary>Describes a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="image">The topics, for their names.</param>
    /// <returns>What it looks like.</returns>
    public static ShareGroupDescribeResponse.DescribedGroup Of(ShareGroup group, ClusterImage image) => new()
    {
        GroupId = group.Name,
        GroupState = group.State,
        GroupEpoch = group.Records.Epoch,
        AssignmentEpoch = group.Records.AssignmentEpoch,
        AssignorName = SimpleAssignor.Name,
        Members = [.. group.Records.Members.Values.Select(member => new ShareGroupDescribeResponse.Member
        {
            MemberId = member.MemberId,
            RackId = member.RackId,
            MemberEpoch = member.Epoch,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopicNames = [.. member.TopicNames],
            Assignment = Describe(member.Assigned, image),
        })],
    };

    // What is left of a deleted topic has no name.
    private static ShareGroupDescribeResponse.MemberAssignment Describe(PartitionSet partitions, ClusterImage image) =>
        new()
        {
            TopicPartitions = PartitionLists.Write(
                partitions.Where(partition => image.FindTopic(partition.TopicId) is not null),
                (topic, numbers) => new ShareGroupDescribeResponse.TopicPartition
                {
                    TopicId = topic,
                    TopicName = image.FindTopic(topic)!.Name,
                    Partitions = numbers,
                }),
        };
}
