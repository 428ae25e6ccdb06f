namespace StreamLog.Broker;

/// <summary>Keeps the objects of produces that have been answered for the next ones.</summary>
/// <remarks>Owned by the handler. Thread-safe. Bounded: beyond that they are left to the garbage collector.</remarks>
internal sealed class DelayedProducePool
{
    private const int CountMax = 1024;

    private readonly WaitingRoom _room;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Stack<DelayedProduce> _idle = new();

    /// <summary>Creates an empty pool.</summary>
    /// <param name="room">Where its produces wait.</param>
    public DelayedProducePool(WaitingRoom room) => _room = room;

    /// <summary>Takes a produce that waits for nothing yet.</summary>
    /// <returns>The produce. Whoever takes it calls one of <see cref="DelayedProduce.BeginAsync"/> and
    /// <see cref="DelayedProduce.Announce"/>, once.</returns>
    public DelayedProduce Rent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out DelayedProduce? idle))
                return idle;
        }

        return new DelayedProduce(_room, this);
    }

    /// <summary>Takes one back that nobody holds any more.</summary>
    /// <param name="produce">The produce.</param>
    public void Return(DelayedProduce produce)
    {
        lock (_gate)
        {
            if (_idle.Count < CountMax)
                _idle.Push(produce);
        }
    }
}
