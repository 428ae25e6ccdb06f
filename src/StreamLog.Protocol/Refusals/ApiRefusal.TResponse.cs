namespace StreamLog.Protocol.Refusals;

/// <summary>How the requests with one type of response are refused. Immutable and thread-safe.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
internal abstract class ApiRefusal<TResponse> : ApiRefusal
    where TResponse : class
{
    /// <summary>Makes the response by which a request as a whole is refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">What is wrong in words.</param>
    /// <returns>The response.</returns>
    public abstract TResponse Create(IRequest<TResponse> request, ErrorCode error, string? message);

    /// <summary>Parts a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="judge">Tells what is wrong with each thing that the request names.</param>
    /// <returns>The parts.</returns>
    public abstract RequestSplit<TResponse> Split(
        IRequest<TResponse> request, Func<RequestTarget, ErrorCode> judge);

    /// <summary>Adds the answer for what was refused to the answer for the rest.</summary>
    /// <param name="into">The answer for the rest, which is changed.</param>
    /// <param name="refused">The answer for what was refused, which is used up.</param>
    public abstract void Merge(TResponse into, TResponse refused);
}
