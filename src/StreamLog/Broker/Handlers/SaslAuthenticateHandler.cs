using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes a message of a client that authenticates.</summary>
internal sealed class SaslAuthenticateHandler(BrokerParts parts)
    : ApiHandler<SaslAuthenticateRequest, SaslAuthenticateResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<SaslAuthenticateResponse> HandleAsync(
        SaslAuthenticateRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Sasl.AuthenticateAsync(request, context, cancellationToken);
}
