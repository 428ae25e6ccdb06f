using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Sets and removes SCRAM credentials. They hold when the answer is there.</summary>
internal sealed class AlterUserScramCredentialsHandler(BrokerParts parts)
    : ApiHandler<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<AlterUserScramCredentialsResponse> HandleAsync(
        AlterUserScramCredentialsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => ScramChange.Decide(image, request), cancellationToken);
}
