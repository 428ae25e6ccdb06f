using StreamLog.Protocol;

namespace StreamLog.Broker.Handlers;

/// <summary>A handler as the dispatch sees it, which knows the type of the response alone.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
internal abstract class ApiHandler<TResponse> : ApiHandler
    where TResponse : class
{
    private protected ApiHandler(ApiVersionRange versions)
        : base(versions)
    {
    }

    /// <summary>Answers a request of the handler's API.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Stops the wait for an outcome, and not what has been begun.</param>
    /// <returns>The response.</returns>
    public abstract ValueTask<TResponse> SendAsync(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken);
}
