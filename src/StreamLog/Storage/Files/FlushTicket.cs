using System.Threading.Tasks.Sources;

namespace StreamLog.Storage.Files;

/// <summary>One flush that waits for a thread or is under way, and what its caller awaits. Used again.</summary>
/// <remarks>
/// Owned by <see cref="FlushThreads"/>, which fills it; it goes back there when its one awaiter has taken the result.
/// Completes inline, on the flush thread.
/// </remarks>
internal sealed class FlushTicket : IValueTaskSource
{
    private readonly FlushThreads _threads;
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Creates a ticket.</summary>
    /// <param name="threads">Where it goes back to.</param>
    public FlushTicket(FlushThreads threads) => _threads = threads;

    /// <summary>Gets or sets the file to flush.</summary>
    public PhysicalFile? File { get; set; }

    /// <summary>Returns what the caller awaits.</summary>
    /// <returns>The task, to be awaited once.</returns>
    public ValueTask AsTask() => new(this, _core.Version);

    /// <summary>Tells of a flush that came to pass. The ticket may be somebody else's when this returns.</summary>
    public void Succeed() => _core.SetResult(true);

    /// <summary>Tells of a flush that failed. The ticket may be somebody else's when this returns.</summary>
    /// <param name="exception">Why.</param>
    public void Fail(Exception exception) => _core.SetException(exception);

    void IValueTaskSource.GetResult(short token)
    {
        // Throws for what is not over, or is awaited twice, before anything is given back twice.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The flush is not over yet. Await it.");
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _threads.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
