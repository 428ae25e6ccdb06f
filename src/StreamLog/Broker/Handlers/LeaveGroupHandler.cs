using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Has members leave groups.</summary>
internal sealed class LeaveGroupHandler(BrokerParts parts) : ApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    private const short FirstWithMembers = 3;

    /// <inheritdoc/>
    protected override async ValueTask<LeaveGroupResponse> HandleAsync(
        LeaveGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!GroupRequestRules.Fits(request))
            return new LeaveGroupResponse { ErrorCode = ErrorCode.InvalidRequest };

        // Older versions name one member at the top, and are answered there.
        bool isSingle = request.Version < FirstWithMembers
            || (request.Members.Count == 0 && request.MemberId.Length > 0);
        LeaveGroupRequest asked = isSingle
            ? new LeaveGroupRequest { GroupId = request.GroupId, Members = { new() { MemberId = request.MemberId } } }
            : request;
        LeaveGroupResponse response = await parts.Groups
            .DecideAsync<LeaveGroupResponse>(
                asked.GroupId,
                mayCreate: false,
                error => ClassicRequests.RefuseLeave(asked, error),
                (groups, decision, reply) => ClassicRequests.Leave(groups, asked, decision, reply),
                cancellationToken)
            .ConfigureAwait(false);
        if (!isSingle || response.ErrorCode != ErrorCode.None)
            return response;

        return new LeaveGroupResponse { ErrorCode = response.Members.Single().ErrorCode };
    }
}
