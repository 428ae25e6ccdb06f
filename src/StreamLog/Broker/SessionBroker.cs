using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>Keeps the fetch sessions of a node's clients: what stands behind it sees each fetch with all that its
/// client reads.</summary>
/// <remarks>Stands before all that judges the partitions of a fetch: what is refused now stays in the session, and is
/// judged anew with the next request, as in Kafka. Thread-safe.</remarks>
/// <param name="inner">Who answers.</param>
/// <param name="sessions">The sessions.</param>
internal sealed class SessionBroker(IBroker inner, FetchSessions sessions) : IBroker
{
    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => inner.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class => request is FetchRequest fetch && FetchSessions.Concerns(fetch)
            ? FetchAsync<TResponse>(fetch, context, cancellationToken)
            : inner.SendAsync(request, context, cancellationToken);

    private async ValueTask<TResponse> FetchAsync<TResponse>(
        FetchRequest request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        FetchResponse response = sessions.Begin(request, out ErrorCode error) is { } fetch
            ? fetch.Complete(
                await inner.SendAsync(fetch.Request, context, cancellationToken).ConfigureAwait(false))
            : new FetchResponse { ErrorCode = error };
        return (TResponse)(object)response;
    }
}
