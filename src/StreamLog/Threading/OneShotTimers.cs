namespace StreamLog.Threading;

/// <summary>Timers that fire once and know nothing of who set them.</summary>
internal static class OneShotTimers
{
    /// <summary>Creates a timer that fires once, until it is changed. Unlike others it does not keep alive what flows
    /// with the caller: its activity, its async locals.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="callback">What happens, on the clock's thread. It must not throw.</param>
    /// <param name="state">What the callback is given, so that it need not be a closure.</param>
    /// <param name="dueIn">When it fires, from now.</param>
    /// <returns>The running timer.</returns>
    public static ITimer CreateOneShot(
        this TimeProvider time, TimerCallback callback, object? state, TimeSpan dueIn)
    {
        bool mustRestore = !ExecutionContext.IsFlowSuppressed();
        AsyncFlowControl control = mustRestore ? ExecutionContext.SuppressFlow() : default;
        try
        {
            return time.CreateTimer(callback, state, dueIn, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            if (mustRestore)
                control.Undo();
        }
    }
}
