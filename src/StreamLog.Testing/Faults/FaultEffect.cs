using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>What a fault does to a request. Thread-safe.</summary>
internal abstract class FaultEffect
{
    /// <summary>Gets whether the request meets no more faults: at most the broker.</summary>
    public virtual bool IsFinal => false;

    /// <summary>Does it.</summary>
    /// <typeparam name="TResponse">The response that answers the request.</typeparam>
    /// <param name="call">The request's way.</param>
    /// <param name="request">The request. It is not changed.</param>
    /// <param name="next">Lets a request go on.</param>
    /// <param name="lifted">Fires when the fault is lifted.</param>
    /// <returns>The response.</returns>
    public abstract ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
        where TResponse : class;
}
