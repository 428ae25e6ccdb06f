using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Changes settings of topics. They hold for the next append.</summary>
internal sealed class IncrementalAlterConfigsHandler(BrokerParts parts)
    : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<IncrementalAlterConfigsResponse> HandleAsync(
        IncrementalAlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => parts.Controller.AlterConfigs(image, request), cancellationToken);
}
