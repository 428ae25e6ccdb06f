namespace StreamLog.Clients;

/// <summary>Has one thing follow another.</summary>
/// <remarks>Thread-safe. Each begins on the thread pool once the one before is over, however that went.</remarks>
internal sealed class TurnLine
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private Task _last = Task.CompletedTask;

    /// <summary>Has something follow what is in line.</summary>
    /// <param name="step">What it is.</param>
    /// <returns>Its task. Its failure is the caller's alone.</returns>
    public Task Enqueue(Func<ValueTask> step)
    {
        lock (_gate)
            return _last = AfterAsync(_last, step);
    }

    private static async Task AfterAsync(Task before, Func<ValueTask> step)
    {
        // Neither on the caller's thread nor under the gate.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await step().ConfigureAwait(false);
    }
}
