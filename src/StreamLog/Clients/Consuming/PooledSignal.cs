using StreamLog.Threading;

namespace StreamLog.Clients.Consuming;

/// <summary>Wakes one waiter on the thread pool, so that neither the engine's threads nor a reader's run what is behind
/// the wait.</summary>
/// <remarks>Thread-safe; one waits at a time. Calls that come before the waiter has looked are one.</remarks>
internal sealed class PooledSignal : IThreadPoolWorkItem
{
    private readonly AsyncSignal _signal = new();
    private int _isQueued;

    /// <summary>Wakes the waiter soon.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Waits for the next call, or takes one that was not waited for.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> if the wait was ended by the token.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) =>
        _signal.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _isQueued, 0);
        _signal.Set();
    }
}
