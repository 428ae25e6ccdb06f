using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>Tells clients outside the process of a coordinator's broken disk in Kafka's words: that this is not the
/// coordinator. Stateless.</summary>
/// <remarks>Their libraries look for the coordinator again then, until the disk is mended, and give up upon an error of
/// storage, which they do not expect here. Callers in the process are told what it is.</remarks>
internal static class CoordinatorAnswers
{
    /// <summary>Tells whether a coordinator answers an API.</summary>
    /// <param name="apiKey">The API.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Concerns(ApiKey apiKey) => apiKey is
        ApiKey.JoinGroup or ApiKey.SyncGroup or ApiKey.Heartbeat or ApiKey.LeaveGroup
        or ApiKey.OffsetCommit or ApiKey.OffsetFetch or ApiKey.OffsetDelete or ApiKey.TxnOffsetCommit
        or ApiKey.DescribeGroups or ApiKey.DeleteGroups or ApiKey.ListGroups
        or ApiKey.ConsumerGroupHeartbeat or ApiKey.ConsumerGroupDescribe
        or ApiKey.ShareGroupHeartbeat or ApiKey.ShareGroupDescribe
        or ApiKey.InitProducerId or ApiKey.AddPartitionsToTxn or ApiKey.AddOffsetsToTxn or ApiKey.EndTxn
        or ApiKey.DescribeTransactions or ApiKey.ListTransactions;

    /// <summary>Translates an answer once it is there.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="answer">The answer.</param>
    /// <returns>The same, translated.</returns>
    public static async ValueTask<TResponse> TranslateAsync<TResponse>(ValueTask<TResponse> answer)
        where TResponse : class
    {
        TResponse response = await answer.ConfigureAwait(false);
        if (!TryTranslateMember(response) && !TryTranslateOffsets(response))
            TranslateTransaction(response);
        return response;
    }

    private static ErrorCode Of(ErrorCode error) =>
        error is ErrorCode.KafkaStorageError or ErrorCode.StorageFull ? ErrorCode.NotCoordinator : error;

    private static bool TryTranslateMember(object response)
    {
        switch (response)
        {
            case JoinGroupResponse join:
                join.ErrorCode = Of(join.ErrorCode);
                return true;
            case SyncGroupResponse sync:
                sync.ErrorCode = Of(sync.ErrorCode);
                return true;
            case HeartbeatResponse heartbeat:
                heartbeat.ErrorCode = Of(heartbeat.ErrorCode);
                return true;
            case LeaveGroupResponse leave:
                leave.ErrorCode = Of(leave.ErrorCode);
                leave.Members.ForEach(static member => member.ErrorCode = Of(member.ErrorCode));
                return true;
            case ConsumerGroupHeartbeatResponse heartbeat:
                heartbeat.ErrorCode = Of(heartbeat.ErrorCode);
                return true;
            case ShareGroupHeartbeatResponse heartbeat:
                heartbeat.ErrorCode = Of(heartbeat.ErrorCode);
                return true;
            case DescribeGroupsResponse groups:
                groups.Groups.ForEach(static group => group.ErrorCode = Of(group.ErrorCode));
                return true;
            case ConsumerGroupDescribeResponse groups:
                groups.Groups.ForEach(static group => group.ErrorCode = Of(group.ErrorCode));
                return true;
            case ShareGroupDescribeResponse groups:
                groups.Groups.ForEach(static group => group.ErrorCode = Of(group.ErrorCode));
                return true;
            case DeleteGroupsResponse groups:
                groups.Results.ForEach(static group => group.ErrorCode = Of(group.ErrorCode));
                return true;
            case ListGroupsResponse groups:
                groups.ErrorCode = Of(groups.ErrorCode);
                return true;
            default:
                return false;
        }
    }

    private static bool TryTranslateOffsets(object response)
    {
        switch (response)
        {
            case OffsetCommitResponse commit:
                commit.Topics.ForEach(static topic =>
                    topic.Partitions.ForEach(static partition => partition.ErrorCode = Of(partition.ErrorCode)));
                return true;
            case OffsetFetchResponse fetch:
                fetch.ErrorCode = Of(fetch.ErrorCode);
                fetch.Groups.ForEach(static group => group.ErrorCode = Of(group.ErrorCode));
                fetch.Topics.ForEach(static topic =>
                    topic.Partitions.ForEach(static partition => partition.ErrorCode = Of(partition.ErrorCode)));
                return true;
            case OffsetDeleteResponse delete:
                delete.ErrorCode = Of(delete.ErrorCode);
                return true;
            case TxnOffsetCommitResponse commit:
                commit.Topics.ForEach(static topic =>
                    topic.Partitions.ForEach(static partition => partition.ErrorCode = Of(partition.ErrorCode)));
                return true;
            default:
                return false;
        }
    }

    private static void TranslateTransaction(object response)
    {
        switch (response)
        {
            case InitProducerIdResponse init:
                init.ErrorCode = Of(init.ErrorCode);
                break;
            case AddPartitionsToTxnResponse add:
                add.ResultsByTopicV3AndBelow.ForEach(Translate);
                add.ResultsByTransaction.ForEach(static result => result.TopicResults.ForEach(Translate));
                break;
            case AddOffsetsToTxnResponse add:
                add.ErrorCode = Of(add.ErrorCode);
                break;
            case EndTxnResponse end:
                end.ErrorCode = Of(end.ErrorCode);
                break;
            case DescribeTransactionsResponse transactions:
                transactions.TransactionStates.ForEach(static state => state.ErrorCode = Of(state.ErrorCode));
                break;
            case ListTransactionsResponse transactions:
                transactions.ErrorCode = Of(transactions.ErrorCode);
                break;
        }
    }

    private static void Translate(AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult topic) =>
        topic.ResultsByPartition.ForEach(
            static partition => partition.PartitionErrorCode = Of(partition.PartitionErrorCode));
}
