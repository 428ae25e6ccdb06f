using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Creates topics. They can be used when the answer is there.</summary>
internal sealed class CreateTopicsHandler(BrokerParts parts) : ApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<CreateTopicsResponse> HandleAsync(
        CreateTopicsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => parts.Controller.CreateTopics(image, request), cancellationToken);
}
