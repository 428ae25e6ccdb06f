namespace StreamLog.Testing.Faults;

/// <summary>Has the request wait before it is taken, or its answer.</summary>
internal sealed class DelayEffect(TimeSpan delay, TimeProvider time, bool isAfter) : PausingEffect(isAfter)
{
    /// <inheritdoc/>
    protected override async Task WaitAsync(FaultCall call, CancellationToken lifted)
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
