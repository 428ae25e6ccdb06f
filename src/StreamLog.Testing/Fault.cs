using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>A fault that strikes requests until it has struck as often as it was to, or is lifted.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Fault : IDisposable
{
    private readonly FaultPlan _plan;
    private readonly FaultScope _scope;
    private readonly Func<object, FaultEffect?> _effectOn;
    private readonly CancellationTokenSource _lifting = new();
    private readonly Tally _struck = new();
    private readonly Lock _gate = new();

    // Guarded by _gate: how many requests of the scope there were.
    private long _seen;

    internal Fault(FaultPlan plan, FaultScope scope, Func<object, FaultEffect?> effectOn)
    {
        _plan = plan;
        _scope = scope;
        _effectOn = effectOn;
        Lifted = _lifting.Token;
    }

    /// <summary>Gets how many requests the fault has struck.</summary>
    public int Count => _struck.Count;

    /// <summary>Gets whether the fault strikes no more.</summary>
    public bool IsOver => _lifting.IsCancellationRequested;

    internal CancellationToken Lifted { get; }

    /// <summary>Lifts the fault. Requests that it holds up go on; the connections of those it has swallowed are
    /// closed.</summary>
    public void Lift()
    {
        _plan.Remove(this);
        _lifting.Cancel();
    }

    /// <summary>Lifts the fault, as <see cref="Lift"/> does.</summary>
    public void Dispose() => Lift();

    /// <summary>Waits until the fault has struck.</summary>
    /// <param name="count">How often.</param>
    /// <param name="timeout">How long to wait, by the system's clock; <see langword="null"/> is 30 seconds.</param>
    /// <returns>A task that completes then.</returns>
    /// <exception cref="TimeoutException">It has not.</exception>
    public async Task WaitAsync(int count = 1, TimeSpan? timeout = null)
    {
        if (!await _struck.WaitAsync(count, timeout).ConfigureAwait(false))
            throw new TimeoutException($"The fault struck {Count} times, and {count} were awaited.");
    }

    /// <summary>Strikes a request, if it is one that the fault is for.</summary>
    /// <param name="call">The request's way.</param>
    /// <param name="draw">Draws for the faults that strike by chance.</param>
    /// <returns>What the fault does to it, or <see langword="null"/>.</returns>
    internal FaultEffect? TryStrike(FaultCall call, Func<double> draw)
    {
        if (IsOver || !_scope.Matches(call))
            return null;

        (long from, long count, double probability) = _scope.Trigger;
        if (from == 1 && count == long.MaxValue && probability >= 1)
            return Strike(call, count);

        lock (_gate)
        {
            return ++_seen < from || Count >= count || (probability < 1 && draw() >= probability)
                ? null
                : Strike(call, count);
        }
    }

    private FaultEffect? Strike(FaultCall call, long count)
    {
        // One that fails has struck, and one that leaves the request alone has not.
        bool hasStruck = true;
        try
        {
            FaultEffect? effect = _effectOn(call.Request);
            hasStruck = effect is not null;
            return effect;
        }
        finally
        {
            if (hasStruck)
                _struck.Add();

            // What it holds up still waits for it to be lifted.
            if (Count >= count)
                _plan.Remove(this);
        }
    }
}
