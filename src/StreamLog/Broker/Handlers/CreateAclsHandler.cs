using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Broker.Handlers;

/// <summary>Adds rules of access. They hold when the answer is there.</summary>
internal sealed class CreateAclsHandler(BrokerParts parts) : ApiHandler<CreateAclsRequest, CreateAclsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<CreateAclsResponse> HandleAsync(
        CreateAclsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Options.Security.Acls
            ? parts.Metadata.ChangeAsync(
                image => AclChange.Create(image, request, parts.Environment.NewId), cancellationToken)
            : new(Refusal.CreateResponse(request, ErrorCode.SecurityDisabled, "No Authorizer is configured."));
}
