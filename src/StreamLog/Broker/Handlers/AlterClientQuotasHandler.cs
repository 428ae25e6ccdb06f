using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Sets and removes quotas of clients. They hold when the answer is there.</summary>
internal sealed class AlterClientQuotasHandler(BrokerParts parts)
    : ApiHandler<AlterClientQuotasRequest, AlterClientQuotasResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<AlterClientQuotasResponse> HandleAsync(
        AlterClientQuotasRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Metadata.ChangeAsync(image => QuotaChange.Alter(image, request), cancellationToken);
}
