using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Ends the connection, before or after the request is done.</summary>
internal sealed class DisconnectEffect(bool isAfter) : FaultEffect
{
    /// <inheritdoc/>
    public override bool IsFinal => true;

    /// <inheritdoc/>
    public override async ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
    {
        if (isAfter)
            (await next(request).ConfigureAwait(false) as IDisposable)?.Dispose();
        throw FaultCall.Cut("A fault has closed the connection.");
    }
}
