using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes a node out of the cluster for good.</summary>
internal sealed class UnregisterBrokerHandler(BrokerParts parts)
    : ApiHandler<UnregisterBrokerRequest, UnregisterBrokerResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<UnregisterBrokerResponse> HandleAsync(
        UnregisterBrokerRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => Controller.UnregisterNode(image, request.BrokerId), cancellationToken);
}
