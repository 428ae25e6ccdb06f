namespace StreamLog.Protocol.Refusals;

/// <summary>How one API's requests are refused. Immutable and thread-safe.</summary>
internal abstract class ApiRefusal
{
    /// <summary>Gets the type of the requests.</summary>
    public abstract Type RequestType { get; }

    /// <summary>Makes the response by which a request as a whole is refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">What is wrong in words.</param>
    /// <returns>The response.</returns>
    public abstract object CreateObject(object request, ErrorCode error, string? message);

    /// <summary>Shows all that a request names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="see">Is called for each thing.</param>
    public abstract void Visit(object request, Action<RequestTarget> see);
}
