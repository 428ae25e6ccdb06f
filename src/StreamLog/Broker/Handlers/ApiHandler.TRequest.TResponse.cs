using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Base of all handlers: one a file, named after its API.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
internal abstract class ApiHandler<TRequest, TResponse> : ApiHandler<TResponse>
    where TRequest : class, IRequest<TResponse>, IMessage<TRequest>, new()
    where TResponse : class
{
    /// <summary>Creates a handler that speaks all versions that the request can be read in.</summary>
    protected ApiHandler()
        : base(new ApiVersionRange(new TRequest().ApiKey, TRequest.MinVersion, TRequest.MaxVersion))
    {
    }

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
