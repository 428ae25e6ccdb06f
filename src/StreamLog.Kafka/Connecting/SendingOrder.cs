namespace StreamLog.Kafka.Connecting;

/// <summary>Lets the requests of one client be routed one after another: whoever has to ask first where to send would
/// be overtaken by those that come later.</summary>
/// <remarks>Owned by the client's links. Thread-safe. Waiters are served in the order in which they came.</remarks>
internal sealed class SendingOrder
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. What has stopped waiting is in the queue until its turn comes.
    private readonly Queue<TaskCompletionSource> _waiters = new();
    private bool _isTaken;

    /// <summary>Takes the turn, at once or when it comes.</summary>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <returns>A task that completes with the turn, to be given back by <see cref="Leave"/>.</returns>
    /// <exception cref="OperationCanceledException">The wait was stopped; there is nothing to give back.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return ValueTask.CompletedTask;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives the turn back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            while (_waiters.TryDequeue(out TaskCompletionSource? next))
            {
                // One that has stopped waiting takes no turn.
                if (next.TrySetResult())
                    return;
            }

            _isTaken = false;
        }
    }

    private static async ValueTask WaitAsync(TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stopping = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiter);
        await waiter.Task.ConfigureAwait(false);
    }
}
