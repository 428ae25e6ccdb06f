namespace StreamLog.Protocol.Refusals;

/// <summary>How requests are refused of which some parts can be done while others are refused.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="whole">Which single things a request stands and falls with.</param>
internal abstract class PartedRefusal<TRequest, TResponse>(params Func<TRequest, RequestTarget?>[] whole)
    : ApiRefusal<TResponse>
    where TRequest : class, IRequest<TResponse>
    where TResponse : class
{
    /// <inheritdoc/>
    public sealed override Type RequestType => typeof(TRequest);

    /// <inheritdoc/>
    public sealed override object CreateObject(object request, ErrorCode error, string? message) =>
        CreateWhole((TRequest)request, error, message);

    /// <inheritdoc/>
    public sealed override TResponse Create(IRequest<TResponse> request, ErrorCode error, string? message) =>
        CreateWhole((TRequest)request, error, message);

    /// <inheritdoc/>
    public sealed override void Visit(object request, Action<RequestTarget> see) => Split((TRequest)request, target =>
    {
        see(target);
        return ErrorCode.None;
    });

    /// <inheritdoc/>
    public sealed override RequestSplit<TResponse> Split(
        IRequest<TResponse> request, Func<RequestTarget, ErrorCode> judge)
    {
        TRequest asked = (TRequest)request;
        foreach (Func<TRequest, RequestTarget?> find in whole)
        {
            if (find(asked) is { } target && judge(target) is ErrorCode error and not ErrorCode.None)
                return new RequestSplit<TResponse>(this, null, CreateWhole(asked, error, null));
        }

        Cut cut = new(judge);
        TRequest? admitted = Part(asked, cut);
        TResponse? refused = null;
        foreach (ErrorCode error in cut.Errors)
        {
            cut.Select(error);
            if (Part(asked, cut) is not { } part)
                continue;

            TResponse answer = Refuse(part, error, null);
            if (refused is null)
                refused = answer;
            else
                Merge(refused, answer);
        }

        return new RequestSplit<TResponse>(this, admitted, refused);
    }

    /// <summary>Makes the response by which a request as a whole is refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">What is wrong in words.</param>
    /// <returns>The response, with the error at the top as well where it has a place for one.</returns>
    protected virtual TResponse CreateWhole(TRequest request, ErrorCode error, string? message) =>
        Refuse(request, error, message);

    /// <summary>Makes the response by which each part of a request is refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">What is wrong in words.</param>
    /// <returns>The response.</returns>
    protected abstract TResponse Refuse(TRequest request, ErrorCode error, string? message);

    /// <summary>Takes parts out of a request.</summary>
    /// <param name="request">The request. It is not changed.</param>
    /// <param name="cut">Tells which parts.</param>
    /// <returns>The request where it is all of them, else another one, or <see langword="null"/> where it is
    /// none.</returns>
    protected abstract TRequest? Part(TRequest request, Cut cut);

    /// <summary>Adds the parts of one answer to another.</summary>
    /// <typeparam name="T">A part.</typeparam>
    /// <typeparam name="TKey">What tells parts apart.</typeparam>
    /// <param name="into">The parts that are added to.</param>
    /// <param name="more">The parts to add.</param>
    /// <param name="key">Tells a part's name.</param>
    /// <param name="join">Adds what a part holds to another one of the same name.</param>
    protected static void Join<T, TKey>(List<T> into, List<T> more, Func<T, TKey> key, Action<T, T> join)
        where TKey : notnull
    {
        Dictionary<TKey, T> known = [];
        foreach (T part in into)
            known.TryAdd(key(part), part);
        foreach (T part in more)
        {
            if (known.TryGetValue(key(part), out T? same))
                join(same, part);
            else
                into.Add(part);
        }
    }

    /// <summary>Tells topics apart that are named by their ids or by their names.</summary>
    /// <param name="name">The name.</param>
    /// <param name="topicId">The id, or the empty one.</param>
    /// <returns>What is the same for the same topic.</returns>
    protected static (Guid TopicId, string Name) KeyOf(string? name, Guid topicId) =>
        topicId != Guid.Empty ? (topicId, "") : (topicId, name ?? "");
}
