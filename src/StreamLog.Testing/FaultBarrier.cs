using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>Where requests, or their answers, wait until the test lets them go.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FaultBarrier : IDisposable
{
    private readonly Fault _fault;
    private readonly HoldEffect _effect;

    internal FaultBarrier(Fault fault, HoldEffect effect)
    {
        _fault = fault;
        _effect = effect;
    }

    /// <summary>Gets how many have come to the barrier.</summary>
    public int Count => _effect.Entered.Count;

    /// <summary>Waits until some have come to the barrier.</summary>
    /// <param name="count">How many.</param>
    /// <param name="timeout">How long to wait, by the system's clock; <see langword="null"/> is 30 seconds.</param>
    /// <returns>A task that completes then.</returns>
    /// <exception cref="TimeoutException">Fewer came.</exception>
    public async Task WaitUntilEnteredAsync(int count = 1, TimeSpan? timeout = null)
    {
        if (!await _effect.Entered.WaitAsync(count, timeout).ConfigureAwait(false))
            throw new TimeoutException($"{Count} requests came to the barrier, and {count} were awaited.");
    }

    /// <summary>Lets the one go that has waited longest, and keeps the barrier.</summary>
    /// <returns><see langword="false"/> where none waits.</returns>
    public bool ReleaseOne() => _effect.ReleaseOne();

    /// <summary>Lets all go, and takes the barrier away.</summary>
    public void Release() => _fault.Lift();

    /// <summary>Lets all go, as <see cref="Release"/> does.</summary>
    public void Dispose() => Release();
}
