using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>Keeps the sessions in which a node's clients fetch: what stands behind it sees each fetch with all that its
/// client reads.</summary>
/// <remarks>Stands before all that judges the partitions of a fetch: what is refused now stays in the session, and is
/// judged anew with the next request, as in Kafka. Thread-safe.</remarks>
/// <param name="inner">Who answers.</param>
/// <param name="fetches">The sessions of consumers and followers.</param>
/// <param name="shares">The sessions of members of share groups.</param>
internal sealed class SessionBroker(IBroker inner, FetchSessions fetches, ShareSessions shares) : IBroker
{
    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => inner.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class => request switch
        {
            FetchRequest fetch when FetchSessions.Concerns(fetch) =>
                As<FetchResponse, TResponse>(FetchAsync(fetch, context, cancellationToken)),
            ShareFetchRequest fetch =>
                As<ShareFetchResponse, TResponse>(FetchAsync(fetch, context, cancellationToken)),
            ShareAcknowledgeRequest said =>
                As<ShareAcknowledgeResponse, TResponse>(AcknowledgeAsync(said, context, cancellationToken)),
            _ => inner.SendAsync(request, context, cancellationToken),
        };

    private async ValueTask<FetchResponse> FetchAsync(
        FetchRequest request, RequestContext context, CancellationToken cancellationToken) =>
        fetches.Begin(request, out ErrorCode error) is { } fetch
            ? fetch.Complete(await inner.SendAsync(fetch.Request, context, cancellationToken).ConfigureAwait(false))
            : new FetchResponse { ErrorCode = error };

    private async ValueTask<ShareFetchResponse> FetchAsync(
        ShareFetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ShareSessionKey key = new(request.GroupId ?? "", request.MemberId ?? "");
        ShareSession? session =
            shares.Begin(request, key, context.Session, out ShareFetchRequest all, out ErrorCode error);
        if (session is null)
            return new ShareFetchResponse { ErrorCode = error };

        try
        {
            ShareFetchResponse response = await inner.SendAsync(all, context, cancellationToken).ConfigureAwait(false);
            error = response.ErrorCode;
            return response;
        }
        finally
        {
            if (request.ShareSessionEpoch == ShareSessions.Closing)
                shares.End(key, session);
            else if (error != ErrorCode.None)
                shares.Drop(key, session);
            else
                shares.ReleaseIfOver(key, session);
        }
    }

    private async ValueTask<ShareAcknowledgeResponse> AcknowledgeAsync(
        ShareAcknowledgeRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ShareSessionKey key = new(request.GroupId ?? "", request.MemberId ?? "");
        if (shares.Begin(request, key, out ErrorCode error) is not { } session)
            return new ShareAcknowledgeResponse { ErrorCode = error };

        try
        {
            return await inner.SendAsync(request, context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (request.ShareSessionEpoch == ShareSessions.Closing)
                shares.End(key, session);
        }
    }

    // They are the same type: the request says so.
    private static ValueTask<TResponse> As<TAnswer, TResponse>(ValueTask<TAnswer> answer) =>
        (ValueTask<TResponse>)(object)answer;
}
