using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells what share groups look like.</summary>
internal sealed class ShareGroupDescribeHandler(BrokerParts parts)
    : ApiHandler<ShareGroupDescribeRequest, ShareGroupDescribeResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ShareGroupDescribeResponse> HandleAsync(
        ShareGroupDescribeRequest request, RequestContext context, CancellationToken cancellationToken) => new(
        new ShareGroupDescribeResponse { Groups = [.. request.GroupIds.Select(parts.ShareGroups.Describe)] });
}
