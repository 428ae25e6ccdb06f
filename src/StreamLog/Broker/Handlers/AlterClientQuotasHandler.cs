using System.Net;
using System.Net.Sockets;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Sets and removes quotas of clients. They hold when the answer is there.</summary>
internal sealed class AlterClientQuotasHandler(BrokerParts parts)
    : ApiHandler<AlterClientQuotasRequest, AlterClientQuotasResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<AlterClientQuotasResponse> HandleAsync(
        AlterClientQuotasRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // Before the decision, which waits for nobody.
        HashSet<string> unknown = new(StringComparer.Ordinal);
        foreach (AlterClientQuotasRequest.EntityData entity in request.Entries.SelectMany(entry => entry.Entity))
        {
            if (entity is { EntityType: QuotaEntity.IpType, EntityName: { Length: > 0 } host }
                && !await IsAddressAsync(host, cancellationToken).ConfigureAwait(false))
            {
                unknown.Add(host);
            }
        }

        return await parts.Metadata
            .ChangeAsync(image => QuotaChange.Alter(image, request, unknown), cancellationToken)
            .ConfigureAwait(false);
    }

    private static async ValueTask<bool> IsAddressAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out _))
            return true;
        try
        {
            return (await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false)).Length > 0;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return false;
        }
    }
}
