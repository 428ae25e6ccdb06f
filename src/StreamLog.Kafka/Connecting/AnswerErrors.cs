using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Tells whether a broker has answered that it is the wrong one. Stateless.</summary>
internal static class AnswerErrors
{
    /// <summary>Tells whether any part of an answer says so.</summary>
    /// <param name="response">The answer.</param>
    /// <returns><see langword="true"/> if what was known of the places is not so any more.</returns>
    public static bool HasMoved(object response)
    {
        foreach (ErrorCode error in Of(response))
        {
            if (IsMove(error))
                return true;
        }

        return false;
    }

    /// <summary>Tells whether an answer says that who was asked is not the controller, and has done nothing.</summary>
    /// <param name="response">The answer.</param>
    /// <returns><see langword="true"/> if every part of it says so.</returns>
    public static bool IsOfNoController(object response)
    {
        bool isAny = false;
        foreach (ErrorCode error in Of(response))
        {
            if (error != ErrorCode.NotController)
                return false;
            isAny = true;
        }

        return isAny;
    }

    /// <summary>Tells whether an error says that somebody else is to be asked.</summary>
    /// <param name="error">The error.</param>
    /// <returns><see langword="true"/> if so.</returns>
    public static bool IsMove(ErrorCode error) => error is
        ErrorCode.NotLeaderOrFollower or ErrorCode.LeaderNotAvailable or ErrorCode.FencedLeaderEpoch
        or ErrorCode.UnknownLeaderEpoch or ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId
        or ErrorCode.InconsistentTopicId or ErrorCode.ReplicaNotAvailable or ErrorCode.KafkaStorageError
        or ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotController
        or ErrorCode.NetworkException;

    private static IEnumerable<ErrorCode> Of(object response) => response switch
    {
        ProduceResponse answer => answer.Responses.SelectMany(topic => topic.PartitionResponses)
            .Select(partition => partition.ErrorCode),
        ListOffsetsResponse answer => answer.Topics.SelectMany(topic => topic.Partitions)
            .Select(partition => partition.ErrorCode),
        OffsetForLeaderEpochResponse answer => answer.Topics.SelectMany(topic => topic.Partitions)
            .Select(partition => partition.ErrorCode),
        DeleteRecordsResponse answer => answer.Topics.SelectMany(topic => topic.Partitions)
            .Select(partition => partition.ErrorCode),
        DescribeProducersResponse answer => answer.Topics.SelectMany(topic => topic.Partitions)
            .Select(partition => partition.ErrorCode),
        _ => OfGroup(response),
    };

    private static IEnumerable<ErrorCode> OfGroup(object response) => response switch
    {
        OffsetCommitResponse answer => answer.Topics.SelectMany(topic => topic.Partitions)
            .Select(partition => partition.ErrorCode),
        TxnOffsetCommitResponse answer => answer.Topics.SelectMany(topic => topic.Partitions)
            .Select(partition => partition.ErrorCode),
        OffsetFetchResponse answer => answer.Groups.Select(group => group.ErrorCode).Prepend(answer.ErrorCode),
        JoinGroupResponse answer => [answer.ErrorCode],
        SyncGroupResponse answer => [answer.ErrorCode],
        HeartbeatResponse answer => [answer.ErrorCode],
        LeaveGroupResponse answer => [answer.ErrorCode],
        OffsetDeleteResponse answer => [answer.ErrorCode],
        ConsumerGroupHeartbeatResponse answer => [answer.ErrorCode],
        ShareGroupHeartbeatResponse answer => [answer.ErrorCode],
        AlterShareGroupOffsetsResponse answer => [answer.ErrorCode],
        DeleteShareGroupOffsetsResponse answer => [answer.ErrorCode],
        DescribeGroupsResponse answer => answer.Groups.Select(group => group.ErrorCode),
        DeleteGroupsResponse answer => answer.Results.Select(group => group.ErrorCode),
        ConsumerGroupDescribeResponse answer => answer.Groups.Select(group => group.ErrorCode),
        ShareGroupDescribeResponse answer => answer.Groups.Select(group => group.ErrorCode),
        DescribeShareGroupOffsetsResponse answer => answer.Groups.Select(group => group.ErrorCode),
        _ => OfTransaction(response),
    };

    private static IEnumerable<ErrorCode> OfTransaction(object response) => response switch
    {
        InitProducerIdResponse answer => [answer.ErrorCode],
        AddPartitionsToTxnResponse answer => answer.ResultsByTopicV3AndBelow
            .SelectMany(topic => topic.ResultsByPartition).Select(partition => partition.PartitionErrorCode)
            .Prepend(answer.ErrorCode),
        AddOffsetsToTxnResponse answer => [answer.ErrorCode],
        EndTxnResponse answer => [answer.ErrorCode],
        DescribeTransactionsResponse answer => answer.TransactionStates.Select(state => state.ErrorCode),
        CreateTopicsResponse answer => answer.Topics.Select(topic => topic.ErrorCode),
        DeleteTopicsResponse answer => answer.Responses.Select(topic => topic.ErrorCode),
        CreatePartitionsResponse answer => answer.Results.Select(topic => topic.ErrorCode),
        ElectLeadersResponse answer => [answer.ErrorCode],
        AlterPartitionReassignmentsResponse answer => [answer.ErrorCode],
        IncrementalAlterConfigsResponse answer => answer.Responses.Select(resource => resource.ErrorCode),
        _ => OfController(response),
    };

    private static IEnumerable<ErrorCode> OfController(object response) => response switch
    {
        AlterConfigsResponse answer => answer.Responses.Select(resource => resource.ErrorCode),
        CreateAclsResponse answer => answer.Results.Select(acl => acl.ErrorCode),
        DeleteAclsResponse answer => answer.FilterResults.Select(filter => filter.ErrorCode),
        AlterClientQuotasResponse answer => answer.Entries.Select(entry => entry.ErrorCode),
        AlterUserScramCredentialsResponse answer => answer.Results.Select(user => user.ErrorCode),
        UpdateFeaturesResponse answer => [answer.ErrorCode],
        UnregisterBrokerResponse answer => [answer.ErrorCode],
        ListPartitionReassignmentsResponse answer => [answer.ErrorCode],
        _ => [],
    };
}
