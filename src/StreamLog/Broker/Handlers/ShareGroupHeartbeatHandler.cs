using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes a member of a share group in, keeps it there, or lets it go.</summary>
internal sealed class ShareGroupHeartbeatHandler(BrokerParts parts)
    : ApiHandler<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ShareGroupHeartbeatResponse> HandleAsync(
        ShareGroupHeartbeatRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.ShareGroups.HeartbeatAsync(
            request, context.ClientId ?? "", context.ClientHost, cancellationToken);
}
