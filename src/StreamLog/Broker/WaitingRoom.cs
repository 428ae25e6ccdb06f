namespace StreamLog.Broker;

/// <summary>Where requests wait that cannot be answered yet: fetches for records, produces for the high
/// watermark.</summary>
/// <remarks>
/// Nobody polls here: partitions wake those who wait for them, and timers those whose time is up. The room knows
/// everybody for the one moment when the node stops. Thread-safe.
/// </remarks>
internal sealed class WaitingRoom
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly HashSet<IDelayedRequest> _waiting = new(ReferenceEqualityComparer.Instance);
    private bool _isClosing;

    /// <summary>Creates an empty room.</summary>
    /// <param name="time">The clock that those who wait go by.</param>
    public WaitingRoom(TimeProvider time) => Time = time;

    /// <summary>Gets the clock that those who wait go by.</summary>
    public TimeProvider Time { get; }

    /// <summary>Gets how many requests wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>Lets a request in. It must be able to expire from now on.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="false"/> if the node stops and the request is one to be answered at once.</returns>
    public bool TryEnter(IDelayedRequest request)
    {
        lock (_gate)
        {
            if (_isClosing && !request.AwaitsOutcome)
                return false;

            _waiting.Add(request);
            return true;
        }
    }

    /// <summary>Lets a request out, because it is answered.</summary>
    /// <param name="request">The request.</param>
    public void Leave(IDelayedRequest request)
    {
        lock (_gate)
            _waiting.Remove(request);
    }

    /// <summary>Answers all fetches, those to come too. The others go on waiting for their outcome.</summary>
    public void Close() => Expire(all: false);

    /// <summary>Answers everybody: their time is up.</summary>
    public void ExpireAll() => Expire(all: true);

    private void Expire(bool all)
    {
        IDelayedRequest[] expired;
        lock (_gate)
        {
            _isClosing = true;
            expired = [.. _waiting.Where(request => all || !request.AwaitsOutcome)];
        }

        foreach (IDelayedRequest request in expired)
            request.Expire();
    }
}
