namespace StreamLog.Simulation;

/// <summary>A clock that stands still until it is advanced.</summary>
/// <remarks>
/// <see cref="Advance"/> runs the timers that come due, in the order of their times and then of their creation, on the
/// thread that called it. What a timer sets up for within the same span runs too. Thread-safe; one caller at a time
/// advances.
/// </remarks>
public sealed class SimulatedTime : TimeProvider
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly SortedSet<SimulatedTimer> _due = new(SimulatedTimer.InOrder);
    private DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _elapsedTicks;
    private long _sequence;
    private bool _isAdvancing;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Gets the number of timers that wait.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate)
                return _due.Count;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _start.AddTicks(_elapsedTicks);
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
            return _elapsedTicks;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        SimulatedTimer timer = new(this, callback, state);
        Schedule(timer, dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, and runs what comes due.</summary>
    /// <param name="by">How much. Zero runs what is due now.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long until;
        lock (_gate)
        {
            if (_isAdvancing)
                throw new InvalidOperationException("A timer cannot advance the clock that runs it.");

            _isAdvancing = true;
            until = _elapsedTicks + by.Ticks;
        }

        try
        {
            while (TakeDue(until) is { } timer)
                timer.Run();
        }
        finally
        {
            lock (_gate)
                _isAdvancing = false;
        }
    }

    /// <summary>Lets time pass up to the next timer, and runs it and those due with it.</summary>
    /// <returns><see langword="false"/> if no timer waits; then no time passed.</returns>
    public bool AdvanceToNextTimer()
    {
        TimeSpan by;
        lock (_gate)
        {
            if (_due.Min is not { } next)
                return false;

            by = TimeSpan.FromTicks(Math.Max(0, next.DueTicks - _elapsedTicks));
        }

        Advance(by);
        return true;
    }

    /// <summary>Sets the wall clock forward or back, as an operator does. No timer notices.</summary>
    /// <param name="by">By how much.</param>
    public void JumpWallClock(TimeSpan by)
    {
        lock (_gate)
            _start += by;
    }

    /// <summary>Sets a timer, or takes it out.</summary>
    /// <param name="timer">The timer.</param>
    /// <param name="dueTime">When it runs, from now; infinite for never.</param>
    /// <param name="period">When it runs again after that; zero or infinite for never.</param>
    internal void Schedule(SimulatedTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _due.Remove(timer);
            timer.PeriodTicks = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;

            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
            Add(timer, _elapsedTicks + dueTime.Ticks);
        }
    }

    private SimulatedTimer? TakeDue(long until)
    {
        lock (_gate)
        {
            if (_due.Min is not { } timer || timer.DueTicks > until)
            {
                _elapsedTicks = until;
                return null;
            }

            _due.Remove(timer);
            _elapsedTicks = Math.Max(_elapsedTicks, timer.DueTicks);
            if (timer.PeriodTicks > 0)
                Add(timer, timer.DueTicks + timer.PeriodTicks);

            return timer;
        }
    }

    private void Add(SimulatedTimer timer, long dueTicks)
    {
        timer.DueTicks = dueTicks;
        timer.Sequence = _sequence++;
        _due.Add(timer);
    }
}
