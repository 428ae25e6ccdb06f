namespace StreamLog.Threading;

/// <summary>A deadline that is set and called off again and again, by something that waits often and rarely in
/// vain.</summary>
/// <remarks>
/// <para>Between <see cref="Start"/> and its end either the action runs or <see cref="TryCancel"/> returns
/// <see langword="true"/>, never both. Its timer is left running when it is called off: whoever starts it next sooner
/// than the timer fires has nothing to do with the clock, and a timer that fires for nobody comes to rest.</para>
/// <para>Any thread may cancel; one at a time starts it. The action runs on the clock's thread, without the gate. It
/// must not throw.</para>
/// </remarks>
internal sealed class ReusableDeadline
{
    private readonly TimeProvider _time;
    private readonly Action<object?> _expired;
    private readonly object? _state;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. On the clock's timestamps; the end of time stands for never.
    private ITimer? _timer;
    private long _due = long.MaxValue;
    private long _timerDue = long.MaxValue;

    /// <summary>Creates a deadline that is not set.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="expired">What happens when it expires.</param>
    /// <param name="state">What <paramref name="expired"/> is given, so that it need not be a closure.</param>
    public ReusableDeadline(TimeProvider time, Action<object?> expired, object? state)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(expired);
        _time = time;
        _expired = expired;
        _state = state;
    }

    /// <summary>Sets the deadline, which is not set now.</summary>
    /// <param name="dueIn">When it expires, from now. Zero is as soon as the clock gets to it.</param>
    public void Start(TimeSpan dueIn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueIn, TimeSpan.Zero);
        lock (_gate)
        {
            double ticks = dueIn.TotalSeconds * _time.TimestampFrequency;
            _due = _time.GetTimestamp() + (long)Math.Min(ticks, long.MaxValue / 2);
            if (_due < _timerDue)
                SetTimer(dueIn);
        }
    }

    /// <summary>Calls the deadline off.</summary>
    /// <returns><see langword="true"/> if it was set, and the action has not begun and never will.</returns>
    public bool TryCancel()
    {
        lock (_gate)
        {
            bool wasSet = _due != long.MaxValue;
            _due = long.MaxValue;
            return wasSet;
        }
    }

    private void SetTimer(TimeSpan dueIn)
    {
        _timerDue = _due;
        if (_timer is not null)
        {
            _timer.Change(dueIn, Timeout.InfiniteTimeSpan);
            return;
        }

        _timer = _time.CreateOneShot(static deadline => ((ReusableDeadline)deadline!).Fire(), this, dueIn);
    }

    private void Fire()
    {
        lock (_gate)
        {
            _timerDue = long.MaxValue;
            if (_due == long.MaxValue)
                return;

            // It was set for an earlier wait, or the timer's clock is a little ahead of this one.
            long left = _due - _time.GetTimestamp();
            if (left > 0)
            {
                SetTimer(TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(0, left).TotalMilliseconds)));
                return;
            }

            _due = long.MaxValue;
        }

        _expired(_state);
    }
}
