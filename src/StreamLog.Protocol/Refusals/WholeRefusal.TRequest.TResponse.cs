namespace StreamLog.Protocol.Refusals;

/// <summary>How requests are refused that are done or refused as a whole: those about one thing, or about
/// none.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="create">Makes the response by which a request is refused.</param>
/// <param name="targets">What a request names.</param>
internal sealed class WholeRefusal<TRequest, TResponse>(
    Func<TRequest, ErrorCode, string?, TResponse> create, params Func<TRequest, RequestTarget?>[] targets)
    : ApiRefusal<TResponse>
    where TRequest : class, IRequest<TResponse>
    where TResponse : class
{
    /// <inheritdoc/>
    public override Type RequestType => typeof(TRequest);

    /// <inheritdoc/>
    public override object CreateObject(object request, ErrorCode error, string? message) =>
        create((TRequest)request, error, message);

    /// <inheritdoc/>
    public override TResponse Create(IRequest<TResponse> request, ErrorCode error, string? message) =>
        create((TRequest)request, error, message);

    /// <inheritdoc/>
    public override void Visit(object request, Action<RequestTarget> see) => Split((TRequest)request, target =>
    {
        see(target);
        return ErrorCode.None;
    });

    /// <inheritdoc/>
    public override RequestSplit<TResponse> Split(
        IRequest<TResponse> request, Func<RequestTarget, ErrorCode> judge)
    {
        foreach (Func<TRequest, RequestTarget?> find in targets)
        {
            if (find((TRequest)request) is { } target && judge(target) is ErrorCode error and not ErrorCode.None)
                return new RequestSplit<TResponse>(this, null, Create(request, error, null));
        }

        return new RequestSplit<TResponse>(this, request, null);
    }

    /// <inheritdoc/>
    public override void Merge(TResponse into, TResponse refused)
    {
        // A request that has no parts is never answered in two.
    }
}
