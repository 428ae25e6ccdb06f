using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which quotas clients have.</summary>
internal sealed class DescribeClientQuotasHandler(BrokerParts parts)
    : ApiHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeClientQuotasResponse> HandleAsync(
        DescribeClientQuotasRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(QuotaChange.Describe(parts.Metadata.Image, request));
}
