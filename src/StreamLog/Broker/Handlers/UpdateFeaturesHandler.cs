using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Turns features of the cluster on and off.</summary>
internal sealed class UpdateFeaturesHandler(BrokerParts parts)
    : ApiHandler<UpdateFeaturesRequest, UpdateFeaturesResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<UpdateFeaturesResponse> HandleAsync(
        UpdateFeaturesRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => FeatureLevels.Decide(image, request), cancellationToken);
}
