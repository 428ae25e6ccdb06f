namespace StreamLog.Broker;

/// <summary>Lets the requests of one producer go on one after the other, in the order in which they came.</summary>
/// <remarks>Owned by a handler; thread-safe.</remarks>
internal sealed class ProducerTurns
{
    private readonly Lock _gate = new();

    // Guarded by _gate: the last in line of each producer that has anybody in line.
    private readonly Dictionary<long, TaskCompletionSource> _last = [];

    /// <summary>Tells whether anybody of a producer is in line.</summary>
    /// <param name="producerId">The producer.</param>
    /// <returns><see langword="true"/> if somebody is.</returns>
    public bool IsBusy(long producerId)
    {
        lock (_gate)
            return _last.ContainsKey(producerId);
    }

    /// <summary>Takes a place in line.</summary>
    /// <param name="producerId">The producer.</param>
    /// <param name="before">Completes when it is one's turn.</param>
    /// <returns>The place, to be given back.</returns>
    public TaskCompletionSource Enter(long producerId, out Task before)
    {
        TaskCompletionSource place = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            before = _last.TryGetValue(producerId, out TaskCompletionSource? last) ? last.Task : Task.CompletedTask;
            _last[producerId] = place;
        }

        return place;
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="producerId">The producer.</param>
    /// <param name="place">The place.</param>
    public void Leave(long producerId, TaskCompletionSource place)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(producerId, out TaskCompletionSource? last) && ReferenceEquals(last, place))
                _last.Remove(producerId);
        }

        place.SetResult();
    }
}
