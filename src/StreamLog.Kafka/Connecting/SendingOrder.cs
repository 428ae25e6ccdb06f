namespace StreamLog.Kafka.Connecting;

/// <summary>Lets the requests of one client be routed one after another: whoever has to ask first where to send would
/// be overtaken by those that come later.</summary>
/// <remarks>Owned by the client's links. Thread-safe. Waiters are served in the order in which they came.</remarks>
internal sealed class SendingOrder
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Queue<TaskCompletionSource> _waiters = new();
    private bool _isTaken;

    /// <summary>Takes the turn, at once or when it comes.</summary>
    /// <returns>A task that completes with the turn, to be given back by <see cref="Leave"/>.</returns>
    public ValueTask EnterAsync()
    {
        lock (_gate)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return ValueTask.CompletedTask;
            }

            TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter);
            return new ValueTask(waiter.Task);
        }
    }

    /// <summary>Gives the turn back.</summary>
    public void Leave()
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            if (!_waiters.TryDequeue(out next))
                _isTaken = false;
        }

        next?.SetResult();
    }
}
