using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells members of the classic protocol what they are assigned, once their leader, or the coordinator, has
/// said it.</summary>
internal sealed class SyncGroupHandler(BrokerParts parts) : ApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<SyncGroupResponse> HandleAsync(
        SyncGroupRequest request, RequestContext context, CancellationToken cancellationToken) =>
        !GroupRequestRules.Fits(request)
            ? new ValueTask<SyncGroupResponse>(new SyncGroupResponse { ErrorCode = ErrorCode.InvalidRequest })
            : parts.Groups.DecideAsync<SyncGroupResponse>(
                request.GroupId,
                mayCreate: false,
                static error => new SyncGroupResponse
                {
                    ErrorCode = error == ErrorCode.GroupIdNotFound ? ErrorCode.UnknownMemberId : error,
                },
                (groups, decision, reply) => ClassicRequests.Sync(groups, request, decision, reply),
                cancellationToken);
}
