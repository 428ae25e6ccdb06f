namespace StreamLog.Threading;

/// <summary>Runs an action once when a time has passed, unless it is cancelled before.</summary>
/// <remarks>
/// <para>
/// One per thing that waits, such as a delayed fetch. Either the action runs or <see cref="TryCancel"/> returns
/// <see langword="true"/>, never both, so its owner needs no flag of its own. It costs one object and one timer, and
/// cancelling it leaves nothing behind in the clock.
/// </para>
/// <para>
/// Any thread may cancel. The action runs on the clock's thread: of the thread pool in production, the one that
/// advances the clock under simulation. It must not throw.
/// </para>
/// </remarks>
internal sealed class Deadline
{
    private const int Pending = 0;
    private const int Over = 1;

    private readonly Action<object?> _expired;
    private readonly object? _state;
    private readonly ITimer _timer;
    private int _phase;

    private Deadline(TimeProvider time, TimeSpan dueIn, Action<object?> expired, object? state)
    {
        _expired = expired;
        _state = state;
        _timer = time.CreateOneShot(static deadline => ((Deadline)deadline!).Expire(), this, dueIn);
    }

    /// <summary>Starts a deadline.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="dueIn">When it expires, from now. Zero is as soon as the clock gets to it.</param>
    /// <param name="expired">What happens then.</param>
    /// <param name="state">What <paramref name="expired"/> is given, so that it need not be a closure.</param>
    /// <returns>The running deadline.</returns>
    public static Deadline Start(TimeProvider time, TimeSpan dueIn, Action<object?> expired, object? state)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(expired);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueIn, TimeSpan.Zero);

        return new Deadline(time, dueIn, expired, state);
    }

    /// <summary>Calls the deadline off.</summary>
    /// <returns><see langword="true"/> if the action has not begun and never will.</returns>
    public bool TryCancel()
    {
        if (Interlocked.Exchange(ref _phase, Over) == Over)
            return false;

        _timer.Dispose();
        return true;
    }

    private void Expire()
    {
        if (Interlocked.Exchange(ref _phase, Over) == Pending)
            _expired(_state);
    }
}
