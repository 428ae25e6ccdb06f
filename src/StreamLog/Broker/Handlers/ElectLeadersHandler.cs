using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Has leaders of partitions elected.</summary>
internal sealed class ElectLeadersHandler(BrokerParts parts) : ApiHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ElectLeadersResponse> HandleAsync(
        ElectLeadersRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => LeaderElection.Decide(image, request), cancellationToken);
}
