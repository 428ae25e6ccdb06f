using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Registers a further node that this process answers for. In Kafka nodes alone ask a controller for
/// that.</summary>
internal sealed class BrokerRegistrationHandler(BrokerParts parts)
    : ApiHandler<BrokerRegistrationRequest, BrokerRegistrationResponse>
{
    /// <inheritdoc/>
    public override bool IsForLocalCallers => true;

    /// <inheritdoc/>
    protected override ValueTask<BrokerRegistrationResponse> HandleAsync(
        BrokerRegistrationRequest request, RequestContext context, CancellationToken cancellationToken) =>
        request.ClusterId == parts.Directory.ClusterId
            ? parts.Metadata.ChangeAsync(
                image => BrokerLifecycle.Register(image, request, parts.Directory.DirectoryId), cancellationToken)
            : new ValueTask<BrokerRegistrationResponse>(
                new BrokerRegistrationResponse { ErrorCode = ErrorCode.InconsistentClusterId });
}
