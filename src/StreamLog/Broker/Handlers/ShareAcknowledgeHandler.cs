using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes what members of share groups say of the records that they have.</summary>
internal sealed class ShareAcknowledgeHandler(BrokerParts parts)
    : ApiHandler<ShareAcknowledgeRequest, ShareAcknowledgeResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<ShareAcknowledgeResponse> HandleAsync(
        ShareAcknowledgeRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.GroupId) || string.IsNullOrEmpty(request.MemberId))
            return new ShareAcknowledgeResponse { ErrorCode = ErrorCode.InvalidRequest };

        ShareAcknowledgements said = new(parts, request.GroupId, request.MemberId, request.IsRenewAck);
        foreach (ShareAcknowledgeRequest.AcknowledgeTopic topic in request.Topics)
        {
            foreach (ShareAcknowledgeRequest.AcknowledgePartition partition in topic.Partitions)
            {
                said.Begin(
                    new TopicIdPartition(topic.TopicId, partition.PartitionIndex),
                    [.. partition.AcknowledgementBatches.Select(batch => new AcknowledgedRun(
                        batch.FirstOffset, batch.LastOffset, batch.AcknowledgeTypes))]);
            }
        }

        return Answer(
            await said.EndAsync(cancellationToken).ConfigureAwait(false), parts.Shares.LockDurationOf(request.GroupId));
    }

    private static ShareAcknowledgeResponse Answer(Dictionary<TopicIdPartition, ErrorCode> errors, int lockDuration) =>
        new()
        {
            AcquisitionLockTimeoutMs = lockDuration,
            Responses = [.. errors.GroupBy(error => error.Key.TopicId).Select(
                topic => new ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic.Select(error => new ShareAcknowledgeResponse.PartitionData
                    {
                        PartitionIndex = error.Key.Partition,
                        ErrorCode = error.Value,
                    })],
                })],
        };
}
