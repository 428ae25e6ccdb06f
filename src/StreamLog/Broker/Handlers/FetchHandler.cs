using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Reads record batches, and waits for them where the request says so.</summary>
internal sealed class FetchHandler(BrokerParts parts) : ApiHandler<FetchRequest, FetchResponse>
{
    // Kafka's fetch.max.bytes: one response holds no more than that, whatever is asked for.
    private const int BytesMax = 55 * 1024 * 1024;

    /// <inheritdoc/>
    protected override ValueTask<FetchResponse> HandleAsync(
        FetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        int maxBytes = Math.Clamp(request.MaxBytes, 0, BytesMax);
        int minBytes = Math.Min(request.MinBytes, maxBytes);
        bool mayWait = request.MaxWaitMs > 0;
        List<SeenPartition>? seen = mayWait ? [] : null;
        FetchRead read = new(request, parts.Partitions.Current, maxBytes);
        FetchResponse response = read.Read(seen);
        if (seen is null || seen.Count == 0 || read.IsUrgent || read.Bytes >= minBytes)
            return new ValueTask<FetchResponse>(response);

        response.Dispose();
        return new DelayedFetch(request, parts, minBytes, maxBytes, seen)
            .BeginAsync(TimeSpan.FromMilliseconds(request.MaxWaitMs), cancellationToken);
    }
}
