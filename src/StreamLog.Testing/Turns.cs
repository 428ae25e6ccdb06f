namespace StreamLog.Testing;

/// <summary>Has one thing follow another. Thread-safe.</summary>
internal sealed class Turns
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private Task _last = Task.CompletedTask;

    /// <summary>Has something follow what is in line, however that goes.</summary>
    /// <param name="step">What it is.</param>
    /// <returns>Its task.</returns>
    public Task Enqueue(Func<Task> step)
    {
        lock (_gate)
            return _last = AfterAsync(_last, step);
    }

    private static async Task AfterAsync(Task before, Func<Task> step)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await step().ConfigureAwait(false);
    }
}
