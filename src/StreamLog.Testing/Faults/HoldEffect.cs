using System.Collections.Concurrent;

namespace StreamLog.Testing.Faults;

/// <summary>Holds requests, or their answers, until they are let go, one by one or all.</summary>
internal sealed class HoldEffect(bool isAfter) : PausingEffect(isAfter)
{
    private readonly ConcurrentQueue<TaskCompletionSource> _held = new();

    /// <summary>Gets how many have come.</summary>
    public Tally Entered { get; } = new();

    /// <summary>Lets the one go that has waited longest.</summary>
    /// <returns><see langword="false"/> where none waits.</returns>
    public bool ReleaseOne()
    {
        while (_held.TryDequeue(out TaskCompletionSource? first))
        {
            if (first.TrySetResult())
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    protected override async Task WaitAsync(FaultCall call, CancellationToken lifted)
    {
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _held.Enqueue(released);
        Entered.Add();
        CancellationTokenRegistration lifting =
            lifted.UnsafeRegister(static held => ((TaskCompletionSource)held!).TrySetResult(), released);
        await using (lifting.ConfigureAwait(false))
            await released.Task.WaitAsync(call.Cancellation).ConfigureAwait(false);
    }
}
