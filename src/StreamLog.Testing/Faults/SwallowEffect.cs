using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Never answers, whether the request is done or not.</summary>
internal sealed class SwallowEffect(bool isAfter) : FaultEffect
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

        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(lifted, call.Cancellation);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            // The fault was lifted.
        }

        throw FaultCall.Cut("A fault had swallowed the request, and was lifted.");
    }
}
