namespace StreamLog.Simulation;

/// <summary>A timer of a <see cref="SimulatedTime"/>, which guards its fields.</summary>
internal sealed class SimulatedTimer : ITimer
{
    private readonly SimulatedTime _time;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private bool _isDisposed;

    /// <summary>Creates a timer that is not set.</summary>
    /// <param name="time">Its clock.</param>
    /// <param name="callback">What it runs.</param>
    /// <param name="state">What that is given.</param>
    public SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state)
    {
        _time = time;
        _callback = callback;
        _state = state;
    }

    /// <summary>Gets the order in which timers run.</summary>
    public static IComparer<SimulatedTimer> InOrder { get; } = Comparer<SimulatedTimer>.Create(
        static (left, right) => (left.DueTicks, left.Sequence).CompareTo((right.DueTicks, right.Sequence)));

    /// <summary>Gets or sets when it runs, on the clock's own scale.</summary>
    public long DueTicks { get; set; }

    /// <summary>Gets or sets the time from one run to the next; zero for none.</summary>
    public long PeriodTicks { get; set; }

    /// <summary>
    /// Gets or sets what decides between timers that are due together; below zero before it is first set.
    /// </summary>
    public long Sequence { get; set; } = -1;

    /// <summary>Runs it.</summary>
    public void Run() => _callback(_state);

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
            return false;

        _time.Schedule(this, dueTime, period);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _time.Schedule(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
