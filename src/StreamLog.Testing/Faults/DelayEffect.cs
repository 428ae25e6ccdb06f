using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Has the request wait.</summary>
internal sealed class DelayEffect(TimeSpan delay, TimeProvider time) : FaultEffect
{
    /// <inheritdoc/>
    public override async ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
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

        return await next(request).ConfigureAwait(false);
    }
}
