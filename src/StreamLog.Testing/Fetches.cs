using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Testing;

/// <summary>Fetches as a fake Kafka passes them on. Stateless.</summary>
internal static class Fetches
{
    /// <summary>Has a fetch begin no session: what a fault refuses of one request would be missing in all that follow.
    /// Clients then name all that they fetch each time, as they do with a broker that has too many sessions.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request, of any API. It is not changed.</param>
    /// <returns>The request, or another one.</returns>
    public static IRequest<TResponse> WithoutSession<TResponse>(IRequest<TResponse> request)
        where TResponse : class => request is FetchRequest { SessionEpoch: 0 } fetch
            ? (IRequest<TResponse>)(object)Copy(fetch, fetch.MaxWaitMs)
            : request;

    /// <summary>Has a fetch wait for nothing.</summary>
    /// <param name="fetch">The fetch. It is not changed.</param>
    /// <returns>Another one.</returns>
    public static FetchRequest AtOnce(FetchRequest fetch) => Copy(fetch, maxWaitMs: 0);

    private static FetchRequest Copy(FetchRequest fetch, int maxWaitMs) => new()
    {
        Version = fetch.Version,
        ClusterId = fetch.ClusterId,
        ReplicaId = fetch.ReplicaId,
        ReplicaState = fetch.ReplicaState,
        MaxWaitMs = maxWaitMs,
        MinBytes = fetch.MinBytes,
        MaxBytes = fetch.MaxBytes,
        IsolationLevel = fetch.IsolationLevel,
        Topics = fetch.Topics,
        RackId = fetch.RackId,
    };
}
