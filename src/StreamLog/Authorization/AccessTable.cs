using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Authorization;

/// <summary>Who may use which API, and for what: Kafka's rules. Stateless.</summary>
/// <remarks>A test fails where an API is missing.</remarks>
internal static partial class AccessTable
{
    /// <summary>Lists all APIs.</summary>
    /// <returns>One for each.</returns>
    public static IEnumerable<ApiAccess> Create() =>
        [.. Open(), .. Data(), .. Members(), .. Groups(), .. Transactions(), .. Topics(), .. Cluster()];

    private static IEnumerable<ApiAccess> Open() =>
    [
        new ApiAccess<ApiVersionsRequest, ApiVersionsResponse>(),
        new ApiAccess<SaslHandshakeRequest, SaslHandshakeResponse>(),
        new ApiAccess<SaslAuthenticateRequest, SaslAuthenticateResponse>(),
    ];

    private static IEnumerable<ApiAccess> Data() =>
    [
        new ApiAccess<ProduceRequest, ProduceResponse> { Whole = MayProduce, Topic = AclOperation.Write },
        new ApiAccess<FetchRequest, FetchResponse> { Judge = MayFetch },
        new ApiAccess<ShareFetchRequest, ShareFetchResponse>
        {
            Whole = static (request, caller) => MayRead(caller, request.GroupId),
            Topic = AclOperation.Read,
        },
        new ApiAccess<ShareAcknowledgeRequest, ShareAcknowledgeResponse>
        {
            Whole = static (request, caller) => MayRead(caller, request.GroupId),
            Topic = AclOperation.Read,
        },
        new ApiAccess<ListOffsetsRequest, ListOffsetsResponse> { Topic = AclOperation.Describe },
        new ApiAccess<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
        {
            Judge = static (_, caller, target) =>
                caller.Could(AclOperation.ClusterAction, AclResourceType.Cluster, AccessRule.ClusterName)
                    ? ErrorCode.None
                    : AccessErrors.Topic(caller, AclOperation.Describe, target),
        },
        new ApiAccess<FindCoordinatorRequest, FindCoordinatorResponse>
        {
            Whole = static (request, caller) => request.KeyType == ShareKey
                ? caller.Cluster(AclOperation.ClusterAction)
                : ErrorCode.None,
            IsJudgedLater = static request => request.KeyType == ShareKey,
            Group = AclOperation.Describe,
            TransactionalId = AclOperation.Describe,
        },
    ];

    private static IEnumerable<ApiAccess> Members() =>
    [
        new ApiAccess<JoinGroupRequest, JoinGroupResponse> { Group = AclOperation.Read },
        new ApiAccess<SyncGroupRequest, SyncGroupResponse> { Group = AclOperation.Read },
        new ApiAccess<HeartbeatRequest, HeartbeatResponse> { Group = AclOperation.Read },
        new ApiAccess<LeaveGroupRequest, LeaveGroupResponse> { Group = AclOperation.Read },
        new ApiAccess<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>
        {
            Whole = static (request, caller) =>
                MayRead(caller, request.GroupId) is ErrorCode error and not ErrorCode.None
                    ? error
                    : MaySee(caller, request.SubscribedTopicNames),
        },
        new ApiAccess<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>
        {
            Whole = static (request, caller) =>
                MayRead(caller, request.GroupId) is ErrorCode error and not ErrorCode.None
                    ? error
                    : MaySee(caller, request.SubscribedTopicNames),
        },
        new ApiAccess<OffsetCommitRequest, OffsetCommitResponse>
        {
            Group = AclOperation.Read,
            Topic = AclOperation.Read,
        },
        new ApiAccess<OffsetFetchRequest, OffsetFetchResponse>
        {
            Group = AclOperation.Describe,
            Topic = AclOperation.Describe,
            Trim = GroupTrim.Trim,
        },
    ];

    private static IEnumerable<ApiAccess> Groups() =>
    [
        new ApiAccess<DescribeGroupsRequest, DescribeGroupsResponse>
        {
            Group = AclOperation.Describe,
            Tells = true,
            Trim = GroupTrim.Trim,
        },
        new ApiAccess<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>
        {
            Group = AclOperation.Describe,
            Tells = true,
            Trim = GroupTrim.Trim,
        },
        new ApiAccess<ShareGroupDescribeRequest, ShareGroupDescribeResponse>
        {
            Group = AclOperation.Describe,
            Tells = true,
            Trim = GroupTrim.Trim,
        },
        new ApiAccess<ListGroupsRequest, ListGroupsResponse> { Trim = GroupTrim.Trim },
        new ApiAccess<DeleteGroupsRequest, DeleteGroupsResponse> { Group = AclOperation.Delete },
        new ApiAccess<OffsetDeleteRequest, OffsetDeleteResponse>
        {
            Group = AclOperation.Delete,
            Topic = AclOperation.Read,
        },
        new ApiAccess<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse>
        {
            Group = AclOperation.Describe,
            Topic = AclOperation.Describe,
            Trim = GroupTrim.Trim,
        },
        new ApiAccess<AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse>
        {
            Group = AclOperation.Read,
            Topic = AclOperation.Read,
        },
        new ApiAccess<DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse>
        {
            Group = AclOperation.Delete,
            Topic = AclOperation.Read,
        },
    ];

    private static IEnumerable<ApiAccess> Transactions() =>
    [
        new ApiAccess<InitProducerIdRequest, InitProducerIdResponse>
        {
            Whole = MayProduceIdempotently,
            TransactionalId = AclOperation.Write,
        },
        new ApiAccess<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>
        {
            // From version 4 on brokers alone ask, and for many at once.
            Whole = static (request, caller) => request.Transactions.Count > 0
                ? caller.Cluster(AclOperation.ClusterAction)
                : ErrorCode.None,
            IsJudgedLater = static request => request.Transactions.Count > 0,
            TransactionalId = AclOperation.Write,
            Judge = MayJoin,
            IsAllOrNothing = true,
        },
        new ApiAccess<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>
        {
            TransactionalId = AclOperation.Write,
            Group = AclOperation.Read,
        },
        new ApiAccess<EndTxnRequest, EndTxnResponse> { TransactionalId = AclOperation.Write },
        new ApiAccess<TxnOffsetCommitRequest, TxnOffsetCommitResponse>
        {
            TransactionalId = AclOperation.Write,
            Group = AclOperation.Read,
            Topic = AclOperation.Read,
        },
        new ApiAccess<WriteTxnMarkersRequest, WriteTxnMarkersResponse>
        {
            Whole = static (_, caller) =>
                caller.Could(AclOperation.Alter, AclResourceType.Cluster, AccessRule.ClusterName)
                    ? ErrorCode.None
                    : caller.Cluster(AclOperation.ClusterAction),
        },
        new ApiAccess<DescribeProducersRequest, DescribeProducersResponse> { Topic = AclOperation.Read },
        new ApiAccess<DescribeTransactionsRequest, DescribeTransactionsResponse>
        {
            TransactionalId = AclOperation.Describe,
            Trim = static (_, response, caller) => response.TransactionStates.ForEach(state =>
                state.Topics.RemoveAll(topic =>
                    !caller.Could(AclOperation.Describe, AclResourceType.Topic, topic.Topic))),
        },
        new ApiAccess<ListTransactionsRequest, ListTransactionsResponse>
        {
            Trim = static (_, response, caller) => response.TransactionStates.RemoveAll(state =>
                !caller.Could(AclOperation.Describe, AclResourceType.TransactionalId, state.TransactionalId)),
        },
    ];

    private const sbyte ShareKey = 2;

    private static ErrorCode MayRead(Caller caller, string? group) =>
        caller.May(AclOperation.Read, AclResourceType.Group, group ?? "")
            ? ErrorCode.None
            : ErrorCode.GroupAuthorizationFailed;

    // A transactional id matters to batches of transactions alone, and these to no other id.
    private static ErrorCode MayProduce(ProduceRequest request, Caller caller)
    {
        bool isTransactional = request.TopicData.Exists(
            topic => topic.PartitionData.Exists(data => IsTransactional(data.Records)));
        return !isTransactional || (request.TransactionalId is { } id
            && caller.May(AclOperation.Write, AclResourceType.TransactionalId, id))
            ? ErrorCode.None
            : ErrorCode.TransactionalIdAuthorizationFailed;
    }

    private static bool IsTransactional(RecordBuffer? records) =>
        records is { Length: >= RecordBatchHeader.Size } && new RecordBatchHeader(records.Span).IsTransactional;

    // Who fetches as a follower does may have everything, or nothing.
    private static ErrorCode MayFetch(FetchRequest request, Caller caller, RequestTarget target)
    {
        if (request.ReplicaId < 0 && request.ReplicaState is not { ReplicaId: >= 0 })
            return AccessErrors.Topic(caller, AclOperation.Read, target);
        return caller.May(AclOperation.ClusterAction, AclResourceType.Cluster, AccessRule.ClusterName)
            ? ErrorCode.None
            : ErrorCode.TopicAuthorizationFailed;
    }

    private static ErrorCode MaySee(Caller caller, List<string>? topics)
    {
        foreach (string topic in topics ?? [])
        {
            if (!caller.May(AclOperation.Describe, AclResourceType.Topic, topic))
                return ErrorCode.TopicAuthorizationFailed;
        }

        return ErrorCode.None;
    }

    private static ErrorCode MayJoin(AddPartitionsToTxnRequest request, Caller caller, RequestTarget target)
    {
        if (target.Kind != RequestTargetKind.Partition)
            return ErrorCode.None;
        if (TopicNames.IsInternal(target.Name)
            || !caller.May(AclOperation.Write, AclResourceType.Topic, target.Name))
        {
            return ErrorCode.TopicAuthorizationFailed;
        }

        int count = caller.Authorizer.Image.FindTopic(target.Name)?.Partitions.Length ?? 0;
        return (uint)target.Partition < (uint)count ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
    }

    private static ErrorCode MayProduceIdempotently(InitProducerIdRequest request, Caller caller)
    {
        if (request.TransactionalId is not null
            || caller.Could(AclOperation.IdempotentWrite, AclResourceType.Cluster, AccessRule.ClusterName)
            || caller.Authorizer.PermitsAny(caller.Context, AclOperation.Write, AclResourceType.Topic))
        {
            return ErrorCode.None;
        }

        return caller.Cluster(AclOperation.IdempotentWrite);
    }
}
