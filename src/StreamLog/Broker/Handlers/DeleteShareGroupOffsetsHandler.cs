using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Forgets how far share groups without members have come.</summary>
internal sealed class DeleteShareGroupOffsetsHandler(BrokerParts parts)
    : ApiHandler<DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DeleteShareGroupOffsetsResponse> HandleAsync(
        DeleteShareGroupOffsetsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        DeleteShareGroupOffsetsResponse response = new() { ErrorCode = parts.ShareGroups.CheckEmpty(request.GroupId) };
        if (response.ErrorCode != ErrorCode.None)
            return response;

        foreach (DeleteShareGroupOffsetsRequest.DeleteTopic asked in request.Topics)
        {
            TopicImage? topic = parts.Metadata.Image.FindTopic(asked.TopicName);
            response.Responses.Add(new DeleteShareGroupOffsetsResponse.DeletedTopic
            {
                TopicName = asked.TopicName,
                TopicId = topic?.TopicId ?? Guid.Empty,
                ErrorCode = topic is null
                    ? ErrorCode.UnknownTopicOrPartition
                    : await parts.Shares.ForgetAsync(
                        key => key.Group == request.GroupId && key.TopicId == topic.TopicId, cancellationToken)
                        .ConfigureAwait(false),
            });
        }

        return response;
    }
}
