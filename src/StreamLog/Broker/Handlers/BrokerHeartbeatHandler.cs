using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Has a node of this process take part, or no part. In Kafka nodes alone tell a controller of that.</summary>
internal sealed class BrokerHeartbeatHandler(BrokerParts parts)
    : ApiHandler<BrokerHeartbeatRequest, BrokerHeartbeatResponse>
{
    /// <inheritdoc/>
    public override bool IsForLocalCallers => true;

    /// <inheritdoc/>
    protected override ValueTask<BrokerHeartbeatResponse> HandleAsync(
        BrokerHeartbeatRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => BrokerLifecycle.Heartbeat(image, request), cancellationToken);
}
