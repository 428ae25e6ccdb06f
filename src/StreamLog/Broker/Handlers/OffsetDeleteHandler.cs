using StreamLog.Groups;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Deletes committed offsets.</summary>
internal sealed class OffsetDeleteHandler(BrokerParts parts) : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<OffsetDeleteResponse> HandleAsync(
        OffsetDeleteRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Groups.DecideAsync<OffsetDeleteResponse>(
            request.GroupId,
            mayCreate: false,
            static error => new OffsetDeleteResponse { ErrorCode = error },
            (groups, decision, reply) => GroupDeletion.Delete(groups, request, decision, reply),
            cancellationToken);
}
