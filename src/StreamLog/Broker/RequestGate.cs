using StreamLog.Diagnostics;

namespace StreamLog.Broker;

/// <summary>Counts the requests under way, and closes the door behind the last one.</summary>
/// <remarks>Owned by <see cref="LocalBroker"/>. Any thread may enter and leave; one closes.</remarks>
internal sealed class RequestGate
{
    private const long Closed = 1L << 62;

    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The number of requests under way, plus Closed once nobody may enter any more.
    private long _state;

    /// <summary>Gets whether nobody may enter any more.</summary>
    public bool IsClosed => Volatile.Read(ref _state) >= Closed;

    /// <summary>Admits a request, unless the gate is closed.</summary>
    /// <returns><see langword="true"/> if it was admitted; it must leave.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _state) < Closed)
            return true;

        Leave();
        return false;
    }

    /// <summary>Lets an admitted request go.</summary>
    public void Leave()
    {
        long left = Interlocked.Decrement(ref _state);
        Invariant.Holds(left >= 0);
        if (left == Closed)
            _empty.TrySetResult();
    }

    /// <summary>Admits nobody any more. To be called once.</summary>
    public void Close()
    {
        long before = Interlocked.Add(ref _state, Closed) - Closed;
        Invariant.Holds(before is >= 0 and < Closed);
        if (before == 0)
            _empty.TrySetResult();
    }

    /// <summary>Waits until a closed gate has let everybody go.</summary>
    /// <returns>A task that completes then.</returns>
    public Task WaitEmptyAsync() => _empty.Task;
}
