using StreamLog.Groups;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Takes a member of a consumer group in, keeps it there, or lets it go.</summary>
internal sealed class ConsumerGroupHeartbeatHandler(BrokerParts parts)
    : ApiHandler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<ConsumerGroupHeartbeatResponse> HandleAsync(
        ConsumerGroupHeartbeatRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!GroupRequestRules.Fits(context))
        {
            return new ConsumerGroupHeartbeatResponse
            {
                ErrorCode = ErrorCode.InvalidRequest,
                ErrorMessage = "The client's id is too long.",
            };
        }

        HeartbeatCall call = new(
            request, context.ClientId ?? "", HostOf(context), parts.Environment.NewId().ToString())
        {
            MaySee = topic => MaySee(context, topic),
        };
        ConsumerGroupHeartbeatResponse response =
            await parts.Groups.HeartbeatAsync(call, cancellationToken).ConfigureAwait(false);
        response.AnswersNews = true;
        return response;
    }

    private bool MaySee(RequestContext context, string topic) => context.IsLocal
        || parts.Authorizer.Permits(context, AclOperation.Describe, AclResourceType.Topic, topic, isAsked: false);

    // Clients in this process name themselves; who does not speaks for somebody else.
    private string HostOf(RequestContext context) =>
        context is { IsLocal: true, ClientId: not null } ? parts.Groups.LocalHost : context.ClientHost;
}
