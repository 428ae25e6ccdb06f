using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamLog.Protocol;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>The faults that a fake Kafka has for its clients.</summary>
/// <remarks>Thread-safe. Faults strike in the order in which they were set up: a request may be delayed by one, held by
/// another, and refused by a third, each when the request comes to it. What one has refused a part of, the next meets
/// without that part; once one has answered, closed or swallowed it, it meets no more.</remarks>
public sealed class FaultPlan
{
    private readonly Random _random;
    private readonly Lock _gate = new();
    private ImmutableArray<Fault> _faults = [];

    // Those too that strike no more, and may still hold requests up.
    private readonly ConcurrentDictionary<Fault, byte> _everSet = new();

    internal FaultPlan(int seed, TimeProvider time)
    {
        _random = new Random(seed);
        Time = time;
    }

    /// <summary>Gets the faults that may still strike.</summary>
    public IReadOnlyList<Fault> Active => _faults;

    internal TimeProvider Time { get; }

    /// <summary>Begins a fault for requests of some APIs.</summary>
    /// <param name="apiKeys">The APIs; none is all.</param>
    /// <returns>What says which requests it is for, how often it strikes, and what it does.</returns>
    public FaultScope On(params ApiKey[] apiKeys) => new(this, apiKeys);

    /// <summary>Lifts all faults.</summary>
    public void Clear()
    {
        foreach (Fault fault in _everSet.Keys)
            fault.Lift();
        _everSet.Clear();
    }

    internal Fault Add(Fault fault)
    {
        _everSet.TryAdd(fault, 0);
        ImmutableInterlocked.Update(ref _faults, static (faults, added) => faults.Add(added), fault);
        return fault;
    }

    internal void Remove(Fault fault) =>
        ImmutableInterlocked.Update(ref _faults, static (faults, removed) => faults.Remove(removed), fault);

    internal ValueTask<TResponse> SendAsync<TResponse>(
        FaultCall call, IRequest<TResponse> request, Func<IRequest<TResponse>, ValueTask<TResponse>> next)
        where TResponse : class
    {
        return SendAsync(_faults, 0, call, request, next);
    }

    // A fault is asked when the request comes to it: one that it does not come to has not struck.
    private ValueTask<TResponse> SendAsync<TResponse>(
        ImmutableArray<Fault> faults,
        int index,
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next)
        where TResponse : class
    {
        for (; index < faults.Length; index++)
        {
            Fault fault = faults[index];
            if (fault.TryStrike(call, Draw) is not { } effect)
                continue;

            int following = index + 1;
            return effect.ApplyAsync(
                call,
                request,
                effect.IsFinal ? next : left => SendAsync(faults, following, call.For(left), left, next),
                fault.Lifted);
        }

        return next(request);
    }

    private double Draw()
    {
        lock (_gate)
            return _random.NextDouble();
    }
}
