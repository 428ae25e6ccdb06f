using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Has requests wait before they are taken, or their answers.</summary>
/// <param name="isAfter">Whether the answers wait.</param>
internal abstract class PausingEffect(bool isAfter) : FaultEffect
{
    /// <inheritdoc/>
    public override async ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
    {
        TResponse? response = isAfter ? await next(request).ConfigureAwait(false) : null;
        try
        {
            await WaitAsync(call, lifted).ConfigureAwait(false);
        }
        catch
        {
            (response as IDisposable)?.Dispose();
            throw;
        }

        return response ?? await next(request).ConfigureAwait(false);
    }

    /// <summary>Waits.</summary>
    /// <param name="call">The request's way.</param>
    /// <param name="lifted">Fires when the fault is lifted: it ends the wait, and does not fail it.</param>
    /// <returns>A task that completes when the request, or its answer, may go on.</returns>
    protected abstract Task WaitAsync(FaultCall call, CancellationToken lifted);
}
