using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which rules of access there are.</summary>
internal sealed class DescribeAclsHandler(BrokerParts parts) : ApiHandler<DescribeAclsRequest, DescribeAclsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeAclsResponse> HandleAsync(
        DescribeAclsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(parts.Options.Security.Acls
            ? AclChange.Describe(parts.Metadata.Image, request)
            : new DescribeAclsResponse
            {
                ErrorCode = ErrorCode.SecurityDisabled,
                ErrorMessage = "No Authorizer is configured on the broker",
            });
}
