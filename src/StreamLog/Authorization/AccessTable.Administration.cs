using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Authorization;

// The APIs of administration.
internal static partial class AccessTable
{
    private static IEnumerable<ApiAccess> Topics() =>
    [
        new ApiAccess<MetadataRequest, MetadataResponse>
        {
            Topic = AclOperation.Describe,
            Judge = MayNameTopic,
            Tells = true,
            Trim = TopicTrim.Trim,
        },
        new TopicPagesAccess(),
        new ApiAccess<CreateTopicsRequest, CreateTopicsResponse>
        {
            Judge = static (_, caller, target) =>
                caller.Could(AclOperation.Create, AclResourceType.Cluster, AccessRule.ClusterName)
                    ? ErrorCode.None
                    : AccessErrors.Topic(caller, AclOperation.Create, target),
            Trim = TopicTrim.Trim,
        },
        new ApiAccess<DeleteTopicsRequest, DeleteTopicsResponse>
        {
            Topic = AclOperation.Delete,
            Judge = static (_, caller, target) => AccessErrors.Topic(caller, AclOperation.Describe, target),
        },
        new ApiAccess<CreatePartitionsRequest, CreatePartitionsResponse> { Topic = AclOperation.Alter },
        new ApiAccess<DeleteRecordsRequest, DeleteRecordsResponse> { Topic = AclOperation.Delete },
        new ApiAccess<DescribeConfigsRequest, DescribeConfigsResponse> { Configs = AclOperation.DescribeConfigs },
        new ApiAccess<AlterConfigsRequest, AlterConfigsResponse> { Configs = AclOperation.AlterConfigs },
        new ApiAccess<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
        {
            Configs = AclOperation.AlterConfigs,
        },
    ];

    private static IEnumerable<ApiAccess> Cluster() =>
    [
        OnCluster<DescribeLogDirsRequest, DescribeLogDirsResponse>(AclOperation.Describe),
        OnCluster<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(AclOperation.Alter),
        OnCluster<ElectLeadersRequest, ElectLeadersResponse>(AclOperation.Alter),
        OnCluster<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(AclOperation.Alter),
        OnCluster<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(AclOperation.Describe),
        OnCluster<DescribeQuorumRequest, DescribeQuorumResponse>(AclOperation.Describe),
        OnCluster<BrokerRegistrationRequest, BrokerRegistrationResponse>(AclOperation.ClusterAction),
        OnCluster<BrokerHeartbeatRequest, BrokerHeartbeatResponse>(AclOperation.ClusterAction),
        OnCluster<UpdateFeaturesRequest, UpdateFeaturesResponse>(AclOperation.Alter),
        OnCluster<UnregisterBrokerRequest, UnregisterBrokerResponse>(AclOperation.Alter),
        OnCluster<ListConfigResourcesRequest, ListConfigResourcesResponse>(AclOperation.DescribeConfigs),
        OnCluster<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(AclOperation.DescribeConfigs),
        OnCluster<AlterClientQuotasRequest, AlterClientQuotasResponse>(AclOperation.AlterConfigs),
        OnCluster<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(AclOperation.Describe),
        OnCluster<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(AclOperation.Alter),
        OnCluster<DescribeAclsRequest, DescribeAclsResponse>(AclOperation.Describe),
        OnCluster<CreateAclsRequest, CreateAclsResponse>(AclOperation.Alter),
        OnCluster<DeleteAclsRequest, DeleteAclsResponse>(AclOperation.Alter),
        new ApiAccess<DescribeClusterRequest, DescribeClusterResponse> { Tells = true, Trim = TopicTrim.Trim },
    ];

    private static ApiAccess<TRequest, TResponse> OnCluster<TRequest, TResponse>(AclOperation operation)
        where TRequest : class, IRequest<TResponse>, new()
        where TResponse : class => new() { Whole = (_, caller) => caller.Cluster(operation) };

    // A topic that would come into being by being named must be one that the caller may create.
    private static ErrorCode MayNameTopic(MetadataRequest request, Caller caller, RequestTarget target)
    {
        bool wouldCreate = request.AllowAutoTopicCreation && caller.CreatesTopics && target.TopicId == Guid.Empty
            && caller.Authorizer.Image.FindTopic(target.Name) is null;
        if (!wouldCreate
            || !caller.Could(AclOperation.Describe, AclResourceType.Topic, target.Name)
            || caller.Could(AclOperation.Create, AclResourceType.Cluster, AccessRule.ClusterName))
        {
            return ErrorCode.None;
        }

        return AccessErrors.Topic(caller, AclOperation.Create, target);
    }
}
