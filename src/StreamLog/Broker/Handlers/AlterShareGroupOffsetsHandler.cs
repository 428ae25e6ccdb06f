using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Sets how far share groups without members have come.</summary>
internal sealed class AlterShareGroupOffsetsHandler(BrokerParts parts)
    : ApiHandler<AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<AlterShareGroupOffsetsResponse> HandleAsync(
        AlterShareGroupOffsetsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        AlterShareGroupOffsetsResponse response = new() { ErrorCode = parts.ShareGroups.CheckEmpty(request.GroupId) };
        if (response.ErrorCode != ErrorCode.None)
            return response;

        foreach (AlterShareGroupOffsetsRequest.AlterTopic asked in request.Topics)
        {
            TopicImage? topic = parts.Metadata.Image.FindTopic(asked.TopicName);
            AlterShareGroupOffsetsResponse.AlteredTopic altered = new()
            {
                TopicName = asked.TopicName,
                TopicId = topic?.TopicId ?? Guid.Empty,
            };
            response.Responses.Add(altered);
            foreach (AlterShareGroupOffsetsRequest.AlterPartition partition in asked.Partitions)
            {
                altered.Partitions.Add(new AlterShareGroupOffsetsResponse.AlteredPartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = topic is null || partition.PartitionIndex < 0
                        || partition.PartitionIndex >= topic.Partitions.Length ? ErrorCode.UnknownTopicOrPartition
                        : partition.StartOffset < 0 ? ErrorCode.InvalidRequest
                        : await parts.Shares.AlterAsync(
                            new SharePartitionKey(request.GroupId, topic.TopicId, partition.PartitionIndex),
                            partition.StartOffset,
                            cancellationToken).ConfigureAwait(false),
                });
            }
        }

        return response;
    }
}
