using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Replaces all settings of topics and groups. They hold for the next append.</summary>
internal sealed class AlterConfigsHandler(BrokerParts parts) : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<AlterConfigsResponse> HandleAsync(
        AlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => parts.Controller.AlterConfigs(image, request), cancellationToken);
}
