using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>Turns a commit of offsets within a transaction into one without, and back. Stateless.</summary>
internal static class TransactionalCommit
{
    /// <summary>Makes the response that tells one error for all partitions.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">The error.</param>
    /// <returns>The response.</returns>
    public static TxnOffsetCommitResponse Refuse(TxnOffsetCommitRequest request, ErrorCode error) =>
        ResponseOf(OffsetCommit.Refuse(RequestOf(request), error));

    /// <summary>Returns the commit that it is, but for the transaction.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The commit.</returns>
    public static OffsetCommitRequest RequestOf(TxnOffsetCommitRequest request)
    {
        OffsetCommitRequest commit = new()
        {
            GroupId = request.GroupId,
            GenerationIdOrMemberEpoch = request.GenerationId,
            MemberId = request.MemberId,
            GroupInstanceId = request.GroupInstanceId,
        };
        foreach (TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic topic in request.Topics)
        {
            commit.Topics.Add(new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = topic.Name,
                Partitions =
                [
                    .. topic.Partitions.Select(partition => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        CommittedOffset = partition.CommittedOffset,
                        CommittedLeaderEpoch = partition.CommittedLeaderEpoch,
                        CommittedMetadata = partition.CommittedMetadata,
                    }),
                ],
            });
        }

        return commit;
    }

    /// <summary>Returns the response, of the same topics and partitions.</summary>
    /// <param name="response">The response to the commit that it is.</param>
    /// <returns>The response.</returns>
    public static TxnOffsetCommitResponse ResponseOf(OffsetCommitResponse response)
    {
        TxnOffsetCommitResponse answer = new();
        foreach (OffsetCommitResponse.OffsetCommitResponseTopic topic in response.Topics)
        {
            answer.Topics.Add(new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions =
                [
                    .. topic.Partitions.Select(partition =>
                        new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                        {
                            PartitionIndex = partition.PartitionIndex,
                            ErrorCode = partition.ErrorCode,
                        }),
                ],
            });
        }

        return answer;
    }
}
