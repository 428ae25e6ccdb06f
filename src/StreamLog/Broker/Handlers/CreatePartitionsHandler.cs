using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Adds partitions to topics.</summary>
internal sealed class CreatePartitionsHandler(BrokerParts parts)
    : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<CreatePartitionsResponse> HandleAsync(
        CreatePartitionsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => Controller.CreatePartitions(image, request), cancellationToken);
}
