using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Quotas;

/// <summary>Stands before a broker, notes what callers from outside use of it, and says how long each is to be held
/// back.</summary>
/// <remarks>
/// Owned by the node. Thread-safe. It delays nothing itself: who has the connection reads nothing from it for as long
/// as the response says (KIP-219). Callers of the node's own process have no quotas.
/// </remarks>
internal sealed class QuotaBroker : IBroker
{
    private readonly IBroker _next;
    private readonly QuotaBook _book;
    private readonly int _defaultPartitions;

    /// <summary>Creates a broker that keeps account.</summary>
    /// <param name="next">Who answers.</param>
    /// <param name="book">The account.</param>
    /// <param name="defaultPartitions">How many partitions a topic gets for which none is given.</param>
    public QuotaBroker(IBroker next, QuotaBook book, int defaultPartitions)
    {
        _next = next;
        _book = book;
        _defaultPartitions = defaultPartitions;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => _next.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return context.IsLocal || !_book.HasQuotas || IsExempt(request.ApiKey)
            ? _next.SendAsync(request, context, cancellationToken)
            : AccountAsync(request, context, cancellationToken);
    }

    // Who is not known yet has no quota, and what brokers do among themselves has none either.
    private static bool IsExempt(ApiKey api) => api is ApiKey.SaslHandshake or ApiKey.SaslAuthenticate
        or ApiKey.WriteTxnMarkers or ApiKey.BrokerRegistration or ApiKey.BrokerHeartbeat;

    private async ValueTask<TResponse> AccountAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (request is FetchRequest fetch)
            request = (IRequest<TResponse>)(object)Bound(fetch, context);
        else if (request is ShareFetchRequest shared)
            request = (IRequest<TResponse>)(object)Bound(shared, context);

        // The records may be gone once the request is answered.
        long produced = request is ProduceRequest produce ? BytesOf(produce) : -1;
        MutationQuota? mutations =
            MutationQuota.IsAbout(request) ? new MutationQuota(_book, context, _defaultPartitions) : null;
        (TResponse response, TimeSpan busy) =
            await AnswerAsync(request, mutations, context, cancellationToken).ConfigureAwait(false);

        int throttle = Math.Max(_book.UseTime(context, busy), mutations?.ThrottleTimeMs ?? 0);
        if (response is FetchResponse fetched)
            return (TResponse)(object)Account(fetched, context, throttle);
        if (produced >= 0)
            throttle = Math.Max(throttle, _book.UseBytes(QuotaKind.Produce, context, produced));
        else if (BytesOf(response) is >= 0 and long read)
            throttle = Math.Max(throttle, _book.UseBytes(QuotaKind.Fetch, context, read));

        if (response is IThrottledResponse throttled)
            throttled.ThrottleTimeMs = Math.Max(throttled.ThrottleTimeMs, throttle);
        return response;
    }

    private FetchRequest Bound(FetchRequest fetch, RequestContext context)
    {
        int max = _book.ReadMax(context);
        if (fetch.MaxBytes <= max)
            return fetch;

        FetchRequest bounded = fetch.WithoutSession();
        (bounded.MaxBytes, bounded.MinBytes) = (max, Math.Min(fetch.MinBytes, max));
        return bounded;
    }

    // What is read from a queue is locked for who reads it, and so is given to it in any case: no more than the quota
    // lets through at once.
    private ShareFetchRequest Bound(ShareFetchRequest fetch, RequestContext context)
    {
        int max = _book.ReadMax(context);
        return fetch.MaxBytes <= max ? fetch : fetch.WithBytes(Math.Min(fetch.MinBytes, max), max);
    }

    // Who has read too much gets nothing but the time after which to come again, as from Kafka.
    private FetchResponse Account(FetchResponse response, RequestContext context, int throttle)
    {
        (int read, bool isRefused) = _book.UseRead(context, BytesOf(response), isRefused: throttle > 0);
        if (isRefused)
        {
            response.Dispose();
            response = new FetchResponse();
        }

        response.ThrottleTimeMs = Math.Max(response.ThrottleTimeMs, Math.Max(throttle, read));
        return response;
    }

    // Tells the time that the caller's thread was busy with it, and not the one in which the request waited.
    private async ValueTask<(TResponse Response, TimeSpan Busy)> AnswerAsync<TResponse>(
        IRequest<TResponse> request,
        MutationQuota? mutations,
        RequestContext context,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        long begun = _book.Time.GetTimestamp();
        RequestSplit<TResponse>? split = mutations?.Split(request);
        if (split is { Admitted: null, Refused: { } refused })
            return (refused, _book.Time.GetElapsedTime(begun));

        ValueTask<TResponse> answer =
            _next.SendAsync(split?.Admitted ?? request, context, cancellationToken);
        TimeSpan busy = _book.Time.GetElapsedTime(begun);
        TResponse response = await answer.ConfigureAwait(false);
        return (split is { } parts ? parts.Merge(response) : response, busy);
    }

    private static long BytesOf(ProduceRequest request)
    {
        long bytes = 0;
        foreach (ProduceRequest.TopicProduceData topic in request.TopicData)
        {
            foreach (ProduceRequest.PartitionProduceData partition in topic.PartitionData)
                bytes += partition.Records?.Length ?? 0;
        }

        return bytes;
    }

    private static long BytesOf(object response) => response switch
    {
        FetchResponse fetch => fetch.Responses.Sum(topic => topic.Partitions.Sum(
            partition => (long)(partition.Records?.Length ?? 0))),
        ShareFetchResponse fetch => fetch.Responses.Sum(topic => topic.Partitions.Sum(
            partition => (long)(partition.Records?.Length ?? 0))),
        _ => -1,
    };
}
