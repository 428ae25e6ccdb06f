namespace StreamLog.Clients.Producing;

/// <summary>Counts the bytes that wait in a producer, and makes those wait who find no room.</summary>
/// <remarks>
/// Thread-safe. A record's size is known only once it is serialized, into its batch; so there is room as long as the
/// count is below the limit, and each thread that appends may pass it by one record.
/// </remarks>
internal sealed class BufferSpace
{
    private readonly long _limit;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate; the two counts are also read without it.

    /// <summary>Those who wait, the first one first. They are topics rather than records, so they are few.</summary>
    private readonly List<TaskCompletionSource> _waiters = [];

    private long _used;
    private int _waiterCount;
    private bool _isClosed;

    /// <summary>Creates the count.</summary>
    /// <param name="limit">How many bytes may wait.</param>
    public BufferSpace(long limit) => _limit = limit;

    /// <summary>Gets the number of bytes that wait.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Gets whether somebody who has not waited may append: there is room, and nobody stands in
    /// line.</summary>
    public bool IsOpen => Volatile.Read(ref _used) < _limit && Volatile.Read(ref _waiterCount) == 0;

    /// <summary>Gets whether there is room for those who stand in line.</summary>
    public bool HasRoom => Volatile.Read(ref _used) < _limit;

    /// <summary>Counts bytes that were put in.</summary>
    /// <param name="bytes">The number of bytes.</param>
    public void Take(int bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Counts bytes that have gone, and wakes those who wait for room.</summary>
    /// <param name="bytes">The number of bytes.</param>
    public void Release(long bytes)
    {
        // A full fence stands between the new count and the look at the waiters, and another one between a waiter's
        // entry and its look at the count: so one of the two sees the other.
        long left = Interlocked.Add(ref _used, -bytes);
        if (left < _limit && Volatile.Read(ref _waiterCount) > 0)
            WakeAll();
    }

    /// <summary>Waits until there may be room, or the producer is closed.</summary>
    /// <returns>A task that completes on the thread pool.</returns>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_isClosed)
                return Task.CompletedTask;

            Interlocked.Increment(ref _waiterCount);
            if (HasRoom)
            {
                Interlocked.Decrement(ref _waiterCount);
                return Task.CompletedTask;
            }

            TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add(waiter);
            return waiter.Task;
        }
    }

    /// <summary>Wakes everybody, now and from here on.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
        WakeAll();
    }

    private void WakeAll()
    {
        TaskCompletionSource[] woken;
        lock (_gate)
        {
            woken = [.. _waiters];
            _waiters.Clear();
            Interlocked.Add(ref _waiterCount, -woken.Length);
        }

        foreach (TaskCompletionSource waiter in woken)
            waiter.SetResult();
    }
}
