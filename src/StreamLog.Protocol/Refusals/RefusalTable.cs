using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>How each API is refused. A test fails where one is missing.</summary>
internal static class RefusalTable
{
    /// <summary>Lists all APIs.</summary>
    /// <returns>One for each.</returns>
    public static IEnumerable<ApiRefusal> Create() =>
    [
        .. Data(),
        .. GroupMembers(),
        .. Groups(),
        .. Transactions(),
        .. Administration(),
        .. Cluster(),
        .. SecurityRefusals.Create(),
    ];

    private static IEnumerable<ApiRefusal> Data() =>
    [
        new ProduceRefusal(),
        new FetchRefusal(),
        new ListOffsetsRefusal(),
        new OffsetForLeaderEpochRefusal(),
        new ShareFetchRefusal(),
        new ShareAcknowledgeRefusal(),
        new MetadataRefusal(),
        new FindCoordinatorRefusal(),
        new WholeRefusal<ApiVersionsRequest, ApiVersionsResponse>(
            (_, error, _) => new ApiVersionsResponse { ErrorCode = error }),
    ];

    private static IEnumerable<ApiRefusal> GroupMembers() =>
    [
        new WholeRefusal<JoinGroupRequest, JoinGroupResponse>(
            (request, error, _) => new JoinGroupResponse
            {
                ErrorCode = error,
                ProtocolName = request.Version >= FirstWithoutProtocolName ? null : "",
            },
            request => RequestTarget.OfGroup(request.GroupId)),
        new WholeRefusal<SyncGroupRequest, SyncGroupResponse>(
            (_, error, _) => new SyncGroupResponse { ErrorCode = error },
            request => RequestTarget.OfGroup(request.GroupId)),
        new WholeRefusal<HeartbeatRequest, HeartbeatResponse>(
            (_, error, _) => new HeartbeatResponse { ErrorCode = error },
            request => RequestTarget.OfGroup(request.GroupId)),
        new WholeRefusal<LeaveGroupRequest, LeaveGroupResponse>(
            (_, error, _) => new LeaveGroupResponse { ErrorCode = error },
            request => RequestTarget.OfGroup(request.GroupId)),
        new WholeRefusal<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            (_, error, message) => new ConsumerGroupHeartbeatResponse { ErrorCode = error, ErrorMessage = message },
            request => RequestTarget.OfGroup(request.GroupId)),
        new WholeRefusal<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>(
            (_, error, message) => new ShareGroupHeartbeatResponse { ErrorCode = error, ErrorMessage = message },
            request => RequestTarget.OfGroup(request.GroupId)),
    ];

    private static IEnumerable<ApiRefusal> Groups() =>
    [
        new OffsetCommitRefusal(),
        new OffsetFetchRefusal(),
        new OffsetDeleteRefusal(),
        new DescribeGroupsRefusal(),
        new DeleteGroupsRefusal(),
        new ConsumerGroupDescribeRefusal(),
        new ShareGroupDescribeRefusal(),
        new DescribeShareGroupOffsetsRefusal(),
        new AlterShareGroupOffsetsRefusal(),
        new DeleteShareGroupOffsetsRefusal(),
        new WholeRefusal<ListGroupsRequest, ListGroupsResponse>(
            (_, error, _) => new ListGroupsResponse { ErrorCode = error }),
    ];

    private static IEnumerable<ApiRefusal> Transactions() =>
    [
        new AddPartitionsToTxnRefusal(),
        new TxnOffsetCommitRefusal(),
        new WriteTxnMarkersRefusal(),
        new DescribeProducersRefusal(),
        new DescribeTransactionsRefusal(),
        new WholeRefusal<InitProducerIdRequest, InitProducerIdResponse>(
            (_, error, _) => new InitProducerIdResponse { ErrorCode = error, ProducerEpoch = -1 },
            request => request.TransactionalId is { } id ? RequestTarget.OfTransactionalId(id) : null),
        new WholeRefusal<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            (_, error, _) => new AddOffsetsToTxnResponse { ErrorCode = error },
            request => RequestTarget.OfTransactionalId(request.TransactionalId),
            request => RequestTarget.OfGroup(request.GroupId)),
        new WholeRefusal<EndTxnRequest, EndTxnResponse>(
            (_, error, _) => new EndTxnResponse { ErrorCode = error },
            request => RequestTarget.OfTransactionalId(request.TransactionalId)),
        new WholeRefusal<ListTransactionsRequest, ListTransactionsResponse>(
            (_, error, _) => new ListTransactionsResponse { ErrorCode = error }),
    ];

    private static IEnumerable<ApiRefusal> Administration() =>
    [
        new CreateTopicsRefusal(),
        new DeleteTopicsRefusal(),
        new CreatePartitionsRefusal(),
        new DeleteRecordsRefusal(),
        new DescribeConfigsRefusal(),
        new AlterConfigsRefusal(),
        new IncrementalAlterConfigsRefusal(),
        new DescribeTopicPartitionsRefusal(),
        new WholeRefusal<ListConfigResourcesRequest, ListConfigResourcesResponse>(
            (_, error, _) => new ListConfigResourcesResponse { ErrorCode = error }),
        new WholeRefusal<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            (_, error, _) => new DescribeLogDirsResponse { ErrorCode = error }),
    ];

    private static IEnumerable<ApiRefusal> Cluster() =>
    [
        new WholeRefusal<BrokerRegistrationRequest, BrokerRegistrationResponse>(
            (_, error, _) => new BrokerRegistrationResponse { ErrorCode = error }),
        new WholeRefusal<BrokerHeartbeatRequest, BrokerHeartbeatResponse>(
            (_, error, _) => new BrokerHeartbeatResponse { ErrorCode = error }),
        new WholeRefusal<UnregisterBrokerRequest, UnregisterBrokerResponse>(
            (_, error, message) => new UnregisterBrokerResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<DescribeClusterRequest, DescribeClusterResponse>(
            (_, error, message) => new DescribeClusterResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<DescribeQuorumRequest, DescribeQuorumResponse>(
            (_, error, message) => new DescribeQuorumResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            (_, error, message) => new UpdateFeaturesResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<ElectLeadersRequest, ElectLeadersResponse>(
            (_, error, _) => new ElectLeadersResponse { ErrorCode = error }),
        new WholeRefusal<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
            (_, error, message) =>
                new AlterPartitionReassignmentsResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
            (_, error, message) =>
                new ListPartitionReassignmentsResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(
            (request, error, _) => new AlterReplicaLogDirsResponse
            {
                Results = [.. request.Dirs.SelectMany(dir => dir.Topics).Select(topic => Refuse(topic, error))],
            }),
    ];

    private static AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult Refuse(
        AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic topic, ErrorCode error) => new()
        {
            TopicName = topic.Name,
            Partitions = topic.Partitions.ConvertAll(
                partition => new AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult
                {
                    PartitionIndex = partition,
                    ErrorCode = error,
                }),
        };

    private const short FirstWithoutProtocolName = 7;
}
