using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Authorization;

/// <summary>Takes from what is told of groups what the caller may not see, and says what it may do.
/// Stateless.</summary>
internal static class GroupTrim
{
    private const string HiddenTopics =
        "The group has described topic(s) that the client is not authorized to describe.";

    /// <summary>Leaves out groups that the caller may not see.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(ListGroupsRequest request, ListGroupsResponse response, Caller caller)
    {
        if (!caller.Could(AclOperation.Describe, AclResourceType.Cluster, AccessRule.ClusterName))
        {
            response.Groups.RemoveAll(group =>
                !caller.Could(AclOperation.Describe, AclResourceType.Group, group.GroupId));
        }
    }

    /// <summary>Leaves out offsets in topics that the caller may not see, where it asks for all of them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(OffsetFetchRequest request, OffsetFetchResponse response, Caller caller)
    {
        response.Topics.RemoveAll(topic => !MaySee(caller, topic.Name, Guid.Empty));
        foreach (OffsetFetchResponse.OffsetFetchResponseGroup group in response.Groups)
            group.Topics.RemoveAll(topic => !MaySee(caller, topic.Name, topic.TopicId));
    }

    /// <summary>Leaves out topics that the caller may not see, where it asks for all of them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(
        DescribeShareGroupOffsetsRequest request, DescribeShareGroupOffsetsResponse response, Caller caller)
    {
        foreach (DescribeShareGroupOffsetsResponse.DescribedGroup group in response.Groups)
            group.Topics.RemoveAll(topic => !MaySee(caller, topic.TopicName, topic.TopicId));
    }

    /// <summary>Says what the caller may do with groups.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(DescribeGroupsRequest request, DescribeGroupsResponse response, Caller caller)
    {
        if (!request.IncludeAuthorizedOperations)
            return;
        foreach (DescribeGroupsResponse.DescribedGroup group in response.Groups)
        {
            if (group.ErrorCode == ErrorCode.None)
                group.AuthorizedOperations = caller.OperationsOn(AclResourceType.Group, group.GroupId);
        }
    }

    /// <summary>Hides groups that read what the caller may not see, and says what it may do with the others.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(
        ConsumerGroupDescribeRequest request, ConsumerGroupDescribeResponse response, Caller caller)
    {
        foreach (ConsumerGroupDescribeResponse.DescribedGroup group in response.Groups)
        {
            if (group.ErrorCode != ErrorCode.None)
                continue;
            IEnumerable<string> topics = group.Members.SelectMany(member => member.SubscribedTopicNames
                .Concat(member.Assignment.Partitions.Select(topic => topic.TopicName))
                .Concat(member.TargetAssignment.Partitions.Select(topic => topic.TopicName)));
            if (!topics.Distinct(StringComparer.Ordinal).All(topic => MaySee(caller, topic, Guid.Empty)))
            {
                group.ErrorCode = ErrorCode.TopicAuthorizationFailed;
                group.ErrorMessage = HiddenTopics;
                group.Members = [];
            }
            else if (request.IncludeAuthorizedOperations)
            {
                group.AuthorizedOperations = caller.OperationsOn(AclResourceType.Group, group.GroupId);
            }
        }
    }

    /// <summary>Hides groups that read what the caller may not see, and says what it may do with the others.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(ShareGroupDescribeRequest request, ShareGroupDescribeResponse response, Caller caller)
    {
        foreach (ShareGroupDescribeResponse.DescribedGroup group in response.Groups)
        {
            if (group.ErrorCode != ErrorCode.None)
                continue;
            IEnumerable<string> topics = group.Members.SelectMany(member => member.SubscribedTopicNames
                .Concat(member.Assignment.TopicPartitions.Select(topic => topic.TopicName)));
            if (!topics.Distinct(StringComparer.Ordinal).All(topic => MaySee(caller, topic, Guid.Empty)))
            {
                group.ErrorCode = ErrorCode.TopicAuthorizationFailed;
                group.ErrorMessage = HiddenTopics;
                group.Members = [];
            }
            else if (request.IncludeAuthorizedOperations)
            {
                group.AuthorizedOperations = caller.OperationsOn(AclResourceType.Group, group.GroupId);
            }
        }
    }

    private static bool MaySee(Caller caller, string? name, Guid topicId) =>
        caller.TopicName(name, topicId) is not { } topic
        || caller.Could(AclOperation.Describe, AclResourceType.Topic, topic);
}
