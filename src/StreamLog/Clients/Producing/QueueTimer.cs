using StreamLog.Threading;

namespace StreamLog.Clients.Producing;

/// <summary>A timer that is set to the earliest moment asked for, and otherwise left alone: most of what it guards
/// never happens.</summary>
/// <remarks>Not thread-safe: its queue's gate guards it. The action runs on the clock's thread, without the
/// gate.</remarks>
internal sealed class QueueTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Action _fired;
    private ITimer? _timer;
    private bool _isDisposed;

    // When the timer fires, or the end of time while it does not run. It may fire early for whoever asked first and has
    // gone.
    private long _due = long.MaxValue;

    /// <summary>Creates a timer that does not run.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="fired">What happens. It arms the timer again where that is needed.</param>
    public QueueTimer(TimeProvider time, Action fired)
    {
        _time = time;
        _fired = fired;
    }

    /// <summary>Makes the timer fire at a moment, unless it fires earlier anyway.</summary>
    /// <param name="due">The moment, on the clock's timestamps.</param>
    public void Arm(long due)
    {
        if (due >= Volatile.Read(ref _due) || _isDisposed)
            return;

        Volatile.Write(ref _due, due);
        TimeSpan dueIn = Durations.UntilTimer(_time, due - _time.GetTimestamp());
        if (_timer is not null)
        {
            _timer.Change(dueIn, Timeout.InfiniteTimeSpan);
            return;
        }

        _timer = _time.CreateOneShot(static timer => ((QueueTimer)timer!).Fire(), this, dueIn);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _timer?.Dispose();
    }

    private void Fire()
    {
        Volatile.Write(ref _due, long.MaxValue);
        _fired();
    }
}
