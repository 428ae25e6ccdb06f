namespace StreamLog.Testing.Faults;

/// <summary>Counts, and wakes who waits for a count. Thread-safe.</summary>
internal sealed class Tally
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private int _count;

    /// <summary>Gets the count.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Adds one.</summary>
    public void Add()
    {
        lock (_gate)
        {
            _count++;
            foreach ((int awaited, TaskCompletionSource reached) in _waiters)
            {
                if (_count >= awaited)
                    reached.TrySetResult();
            }
        }
    }

    /// <summary>Waits for a count.</summary>
    /// <param name="count">The count.</param>
    /// <param name="timeout">How long, by the system's clock; <see langword="null"/> is 30 seconds.</param>
    /// <returns><see langword="false"/> where it was not reached in time.</returns>
    public async Task<bool> WaitAsync(int count, TimeSpan? timeout)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_count >= count)
                return true;
            _waiters.Add((count, reached));
        }

        try
        {
            await reached.Task.WaitAsync(timeout ?? DefaultTimeout).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
