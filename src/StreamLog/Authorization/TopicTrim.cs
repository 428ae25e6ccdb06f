using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Authorization;

/// <summary>Takes from what is told of topics what the caller may not see, and says what it may do.
/// Stateless.</summary>
internal static class TopicTrim
{
    /// <summary>Leaves out topics that the caller did not name and may not see.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(MetadataRequest request, MetadataResponse response, Caller caller)
    {
        response.Topics.RemoveAll(topic => topic.Name is { } name
            && !caller.Could(AclOperation.Describe, AclResourceType.Topic, name));
        if (request.IncludeTopicAuthorizedOperations)
        {
            foreach (MetadataResponse.MetadataResponseTopic topic in response.Topics)
            {
                if (topic.Name is { } name)
                    topic.TopicAuthorizedOperations = caller.OperationsOn(AclResourceType.Topic, name);
            }
        }

        if (request.IncludeClusterAuthorizedOperations)
            response.ClusterAuthorizedOperations = OperationsOnCluster(caller);
    }

    /// <summary>Says what the caller may do with topics.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(
        DescribeTopicPartitionsRequest request, DescribeTopicPartitionsResponse response, Caller caller)
    {
        foreach (DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic topic in response.Topics)
            topic.TopicAuthorizedOperations = caller.OperationsOn(AclResourceType.Topic, topic.Name ?? "");
    }

    /// <summary>Says what the caller may do with the cluster.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(DescribeClusterRequest request, DescribeClusterResponse response, Caller caller)
    {
        if (request.IncludeClusterAuthorizedOperations && response.ErrorCode == ErrorCode.None)
            response.ClusterAuthorizedOperations = OperationsOnCluster(caller);
    }

    /// <summary>Leaves out the settings of topics whose settings the caller may not see.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(CreateTopicsRequest request, CreateTopicsResponse response, Caller caller)
    {
        foreach (CreateTopicsResponse.CreatableTopicResult topic in response.Topics)
        {
            if (topic.ErrorCode != ErrorCode.None
                || caller.Could(AclOperation.DescribeConfigs, AclResourceType.Topic, topic.Name))
            {
                continue;
            }

            topic.TopicConfigErrorCode = ErrorCode.TopicAuthorizationFailed;
            topic.Configs = [];
            topic.NumPartitions = -1;
            topic.ReplicationFactor = -1;
        }
    }

    // Nothing for who may not see it.
    private static int OperationsOnCluster(Caller caller) =>
        caller.Could(AclOperation.Describe, AclResourceType.Cluster, AccessRule.ClusterName)
            ? caller.OperationsOn(AclResourceType.Cluster, AccessRule.ClusterName)
            : 0;
}
