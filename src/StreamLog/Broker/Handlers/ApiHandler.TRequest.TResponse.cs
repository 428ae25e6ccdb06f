using StreamLog.Protocol;

namespace StreamLog.Broker.Handlers;

/// <summary>Base of all handlers: one a file, named after its API.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="versions">The API and the versions of it that are spoken.</param>
internal abstract class ApiHandler<TRequest, TResponse>(ApiVersionRange versions) : ApiHandler<TResponse>(versions)
    where TRequest : class, IRequest<TResponse>
    where TResponse : class
{
    /// <inheritdoc/>
    public sealed override ValueTask<TResponse> SendAsync(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken) =>
        HandleAsync((TRequest)request, context, cancellationToken);

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Stops the wait for an outcome, and not what has been begun.</param>
    /// <returns>The response.</returns>
    protected abstract ValueTask<TResponse> HandleAsync(
        TRequest request, RequestContext context, CancellationToken cancellationToken);
}
