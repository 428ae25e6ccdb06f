using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Has the request wait before it is taken, or its answer.</summary>
internal sealed class DelayEffect(TimeSpan delay, TimeProvider time, bool isAfter) : FaultEffect
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

    private async Task WaitAsync(FaultCall call, CancellationToken lifted)
    {
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(lifted, call.Cancellation);
        try
        {
            await Task.Delay(delay, call.IsRemote ? TimeProvider.System : time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            // The fault was lifted.
        }
    }
}
