using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes a client's choice of how it authenticates.</summary>
internal sealed class SaslHandshakeHandler(BrokerParts parts) : ApiHandler<SaslHandshakeRequest, SaslHandshakeResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<SaslHandshakeResponse> HandleAsync(
        SaslHandshakeRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(parts.Sasl.Shake(request, context));
}
