using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes signs of life of members of the classic protocol.</summary>
internal sealed class HeartbeatHandler(BrokerParts parts) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<HeartbeatResponse> HandleAsync(
        HeartbeatRequest request, RequestContext context, CancellationToken cancellationToken) =>
        !GroupRequestRules.Fits(request.MemberId)
            ? new ValueTask<HeartbeatResponse>(new HeartbeatResponse { ErrorCode = ErrorCode.InvalidRequest })
            : parts.Groups.DecideAsync<HeartbeatResponse>(
                request.GroupId,
                mayCreate: false,
                static error => new HeartbeatResponse
                {
                    ErrorCode =
                        error == ErrorCode.GroupIdNotFound ? ErrorCode.UnknownMemberId : MemberErrors.Of(error),
                },
                (groups, decision, reply) => ClassicRequests.Heartbeat(groups, request, decision, reply),
                cancellationToken);
}
