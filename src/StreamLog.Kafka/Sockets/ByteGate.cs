namespace StreamLog.Kafka.Sockets;

/// <summary>Bounds how many bytes of requests all connections of a listener hold. Who comes when it is full waits its
/// turn, but that small requests pass larger ones.</summary>
/// <remarks>Thread-safe. Waiters are served in the order in which they came.</remarks>
internal sealed class ByteGate
{
    private readonly long _max;
    private readonly long _smallMax;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly LinkedList<Waiter> _waiters = [];
    private long _held;

    /// <summary>Creates a gate.</summary>
    /// <param name="max">The most bytes, more than which only one request that is larger by itself may hold.</param>
    /// <param name="smallMax">The most bytes of a request that is small: it passes those who wait, and may go beyond
    /// the limit by a quarter together with others.</param>
    public ByteGate(long max, long smallMax = 0) => (_max, _smallMax) = (max, smallMax);

    /// <summary>Gets how many bytes are held now.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
                return _held;
        }
    }

    /// <summary>Gets or sets what is called when somebody begins to wait.</summary>
    public Action? Crowded { get; set; }

    /// <summary>Gets whether somebody waits.</summary>
    public bool IsCrowded
    {
        get
        {
            lock (_gate)
                return _waiters.Count > 0;
        }
    }

    /// <summary>Takes bytes, once there is room.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="cancellationToken">Gives up; nothing is held then.</param>
    /// <returns>A task that completes when they are held.</returns>
    public ValueTask EnterAsync(long bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;
        lock (_gate)
        {
            if ((_waiters.Count == 0 && HasRoom(bytes)) || (bytes <= _smallMax && _held + bytes <= _max + (_max / 4)))
            {
                _held += bytes;
                return ValueTask.CompletedTask;
            }

            waiter = _waiters.AddLast(new Waiter(bytes));
        }

        Crowded?.Invoke();
        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Takes more bytes for a request that holds some, at once: it would wait for itself.</summary>
    /// <param name="bytes">How many.</param>
    public void Add(long bytes)
    {
        lock (_gate)
            _held += bytes;
    }

    /// <summary>Gives bytes back.</summary>
    /// <param name="bytes">How many.</param>
    public void Leave(long bytes)
    {
        lock (_gate)
        {
            _held -= bytes;
            while (_waiters.First is { } first && HasRoom(first.Value.Bytes))
            {
                _waiters.RemoveFirst();
                _held += first.Value.Bytes;
                first.Value.Entered.SetResult();
            }
        }
    }

    private bool HasRoom(long bytes) => _held == 0 || _held + bytes <= _max;

    private async ValueTask WaitAsync(LinkedListNode<Waiter> waiter, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((Action)state!)(), () => GiveUp(waiter, cancellationToken));
        await using (registration.ConfigureAwait(false))
            await waiter.Value.Entered.Task.ConfigureAwait(false);
    }

    private void GiveUp(LinkedListNode<Waiter> waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (waiter.List is null)
                return; // It has entered.
            _waiters.Remove(waiter);
        }

        waiter.Value.Entered.SetCanceled(cancellationToken);
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes => bytes;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
