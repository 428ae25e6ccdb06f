using System.Collections.Frozen;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses requests, whole or in part, as Kafka does: with each error at the place where clients look for
/// it.</summary>
/// <remarks>Thread-safe. For whoever stands before a broker: a listener, access control, a fault injector.</remarks>
public static class Refusal
{
    private static readonly FrozenDictionary<Type, ApiRefusal> ByRequest =
        RefusalTable.Create().ToFrozenDictionary(api => api.RequestType);

    /// <summary>Returns whether requests of a type can be refused.</summary>
    /// <param name="requestType">The type.</param>
    /// <returns><see langword="true"/> for every request of this package.</returns>
    public static bool Knows(Type requestType) => ByRequest.ContainsKey(requestType);

    /// <summary>Makes the response by which a request as a whole is refused.</summary>
    /// <typeparam name="TResponse">The response that answers it.</typeparam>
    /// <param name="request">The request. It is read and not kept.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">What is wrong in words, for the APIs that have a place for them.</param>
    /// <returns>The response.</returns>
    /// <exception cref="ArgumentException">The request is none of this package.</exception>
    public static TResponse CreateResponse<TResponse>(
        IRequest<TResponse> request, ErrorCode error, string? message = null)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        return ((ApiRefusal<TResponse>)Of(request)).Create(request, error, message);
    }

    /// <summary>Makes the response by which a request as a whole is refused.</summary>
    /// <param name="request">The request. It is read and not kept.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">What is wrong in words, for the APIs that have a place for them.</param>
    /// <returns>The response.</returns>
    /// <exception cref="ArgumentException">The request is none of this package.</exception>
    public static object CreateResponse(object request, ErrorCode error, string? message = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(request).CreateObject(request, error, message);
    }

    /// <summary>Parts a request into what a judge admits and what it refuses.</summary>
    /// <typeparam name="TResponse">The response that answers it.</typeparam>
    /// <param name="request">The request. It is not changed.</param>
    /// <param name="judge">
    /// Is asked once for each thing that the request names, in their order, and returns <see cref="ErrorCode.None"/>
    /// where it may go on. Of groups and transactional ids it is asked first: with them goes all that is named under
    /// them. It is not asked of topics where a request means all of them.
    /// </param>
    /// <returns>The parts.</returns>
    /// <exception cref="ArgumentException">The request is none of this package.</exception>
    /// <remarks>
    /// A fetch within a session goes on even when every partition it names was refused. What is refused there is not
    /// added to the session, so judge what a session comes to rather than its single requests where there are any.
    /// </remarks>
    public static RequestSplit<TResponse> Split<TResponse>(
        IRequest<TResponse> request, Func<RequestTarget, ErrorCode> judge)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(judge);
        return ((ApiRefusal<TResponse>)Of(request)).Split(request, judge);
    }

    /// <summary>Joins the answers to two parts of one request.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="into">The answer to one part. It is changed.</param>
    /// <param name="other">The answer to the other part. It is used up, with the record buffers that it holds.</param>
    /// <returns><paramref name="into"/>, with everything that both hold.</returns>
    /// <exception cref="ArgumentException">The request is none of this package.</exception>
    public static TResponse Merge<TResponse>(IRequest<TResponse> request, TResponse into, TResponse other)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(other);
        ((ApiRefusal<TResponse>)Of(request)).Merge(into, other);
        return into;
    }

    /// <summary>Lists what a request names.</summary>
    /// <param name="request">The request. It is read and not kept.</param>
    /// <returns>What it names, in the order in which a judge is asked.</returns>
    /// <exception cref="ArgumentException">The request is none of this package.</exception>
    public static IReadOnlyList<RequestTarget> Targets(object request)
    {
        ArgumentNullException.ThrowIfNull(request);
        List<RequestTarget> targets = [];
        Of(request).Visit(request, targets.Add);
        return targets;
    }

    private static ApiRefusal Of(object request) =>
        ByRequest.GetValueOrDefault(request.GetType()) ?? throw new ArgumentException(
            $"{request.GetType()} is no request of this package; those of StreamLog.Protocol.Messages are.",
            nameof(request));
}
