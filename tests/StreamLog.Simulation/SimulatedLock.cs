namespace StreamLog.Simulation;

/// <summary>A held lock of a <see cref="SimulatedDisk"/>.</summary>
/// <param name="disk">Who gave it.</param>
/// <param name="key">What it was taken as.</param>
internal sealed class SimulatedLock(SimulatedDisk disk, string key) : IDisposable
{
    private int _isDisposed;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            disk.Unlock(key);
    }
}
