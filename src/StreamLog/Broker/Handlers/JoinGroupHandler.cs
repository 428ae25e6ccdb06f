using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Has members of the classic protocol join groups. The answer may wait for the other members.</summary>
internal sealed class JoinGroupHandler(BrokerParts parts) : ApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<JoinGroupResponse> HandleAsync(
        JoinGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!GroupRequestRules.Fits(request) || !GroupRequestRules.Fits(context))
        {
            return new ValueTask<JoinGroupResponse>(
                ClassicGroup.RefuseJoin(ErrorCode.InvalidRequest, request.MemberId ?? ""));
        }

        ClassicJoin join = new(request, context.ClientId ?? "", context.ClientHost, parts.Environment.NewId());
        return parts.Groups.DecideAsync<JoinGroupResponse>(
            request.GroupId,
            mayCreate: true,
            error => ClassicGroup.RefuseJoin(MemberErrors.Of(error), request.MemberId),
            (groups, decision, reply) => ClassicRequests.Join(
                groups, join, parts.Groups.Settings.Classic, decision, reply),
            cancellationToken);
    }
}
