using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Protocol.Refusals;

/// <summary>A request parted into what may go on and what was refused.</summary>
/// <typeparam name="TResponse">The response that answers it.</typeparam>
/// <remarks>Send <see cref="Admitted"/> where there is one, and answer with what <see cref="Merge"/> makes of its
/// response. Where there is none, <see cref="Refused"/> is the whole answer.</remarks>
[SuppressMessage(
    "Performance", "CA1815", Justification = "It is taken apart at once; nobody compares one with another.")]
public readonly struct RequestSplit<TResponse>
    where TResponse : class
{
    private readonly ApiRefusal<TResponse> _api;

    internal RequestSplit(ApiRefusal<TResponse> api, IRequest<TResponse>? admitted, TResponse? refused)
    {
        _api = api;
        Admitted = admitted;
        Refused = refused;
    }

    /// <summary>Gets the request without what was refused: the sender's own object where nothing was, else another one
    /// with the same record buffers, or <see langword="null"/> where nothing is left to be done.</summary>
    public IRequest<TResponse>? Admitted { get; }

    /// <summary>Gets the answer for what was refused, or <see langword="null"/> where nothing was.</summary>
    public TResponse? Refused { get; }

    /// <summary>Adds what was refused to the response for the rest, at the places where Kafka has it.</summary>
    /// <param name="response">The response to <see cref="Admitted"/>.</param>
    /// <returns>The same object, with everything that the sender asked for.</returns>
    public TResponse Merge(TResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (Refused is not null)
            _api.Merge(response, Refused);
        return response;
    }
}
