using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Deletes topics with all their records.</summary>
internal sealed class DeleteTopicsHandler(BrokerParts parts) : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DeleteTopicsResponse> HandleAsync(
        DeleteTopicsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // Older versions of the request have names alone.
        List<DeleteTopicsRequest.DeleteTopicState> topics = request.Topics.Count > 0
            ? request.Topics
            : request.TopicNames.ConvertAll(static name => new DeleteTopicsRequest.DeleteTopicState { Name = name });

        return parts.Metadata.ChangeAsync(image => Controller.DeleteTopics(image, topics), cancellationToken);
    }
}
