using StreamLog.Protocol;

namespace StreamLog.Authorization;

/// <summary>Who may use the API with one type of response. Immutable and thread-safe.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
internal abstract class ApiAccess<TResponse> : ApiAccess
    where TResponse : class
{
    /// <summary>Has the engine do what the caller may, and refuses the rest.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="request">The request.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response.</returns>
    public abstract ValueTask<TResponse> SendAsync(
        IBroker engine, IRequest<TResponse> request, Caller caller, CancellationToken cancellationToken);
}
