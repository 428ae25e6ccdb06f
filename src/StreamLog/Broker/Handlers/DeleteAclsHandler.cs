using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Broker.Handlers;

/// <summary>Removes rules of access. They no longer hold when the answer is there.</summary>
internal sealed class DeleteAclsHandler(BrokerParts parts) : ApiHandler<DeleteAclsRequest, DeleteAclsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DeleteAclsResponse> HandleAsync(
        DeleteAclsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Options.Security.Acls
            ? parts.Metadata.ChangeAsync(image => AclChange.Delete(image, request), cancellationToken)
            : new(Refusal.CreateResponse(request, ErrorCode.SecurityDisabled, "No Authorizer is configured."));
}
