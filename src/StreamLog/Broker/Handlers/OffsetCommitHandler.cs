using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Commits offsets of a group.</summary>
internal sealed class OffsetCommitHandler(BrokerParts parts) : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<OffsetCommitResponse> HandleAsync(
        OffsetCommitRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Groups.CommitAsync(request, cancellationToken);
}
