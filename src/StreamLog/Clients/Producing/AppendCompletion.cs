using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace StreamLog.Clients.Producing;

/// <summary>What one caller awaits: until its record is acknowledged, or admitted. Pooled, so that awaiting allocates
/// nothing.</summary>
/// <remarks>
/// Two parties hold it: whoever awaits, and the batch or queue that the record is in. The last of them gives it back to
/// the pool. The continuation runs on the thread pool, never on the thread that acknowledged.
/// </remarks>
internal sealed class AppendCompletion : IValueTaskSource<LogPosition>, IValueTaskSource, IThreadPoolWorkItem
{
    private const int Waiting = 0;
    private const int Admitted = 1;
    private const int Over = 2;

    // Beyond it completions are left to the garbage collector: more wait at once than is usual.
    private const int PoolSize = 4096;

    private static readonly ConcurrentQueue<AppendCompletion> Pool = new();
    private static int _pooled;

    private ManualResetValueTaskSourceCore<LogPosition> _core = new() { RunContinuationsAsynchronously = true };
    private LogPosition _position;
    private bool _hasContinuation;

    // Waiting -> Admitted -> Over, or Waiting -> Over. Who moves it to Over completes the core.
    private int _state;
    private int _holders;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;

    private AppendCompletion()
    {
    }

    /// <summary>Gets or sets the next one in the same batch.</summary>
    public AppendCompletion? Next { get; set; }

    /// <summary>Gets or sets the record's place in its batch, counted from zero.</summary>
    public int Index { get; set; }

    /// <summary>Gets whether the wait is over.</summary>
    public bool IsOver => Volatile.Read(ref _state) == Over;

    /// <summary>Takes a completion that nobody uses.</summary>
    /// <returns>The completion, held by its waiter and by the caller.</returns>
    public static AppendCompletion Rent()
    {
        if (Pool.TryDequeue(out AppendCompletion? completion))
            Interlocked.Decrement(ref _pooled);
        else
            completion = new AppendCompletion();
        completion._state = Waiting;
        completion._holders = 2;
        return completion;
    }

    /// <summary>Gives back a completion that nobody awaits and no batch holds.</summary>
    public void Abandon()
    {
        _holders = 1;
        Release();
    }

    /// <summary>Lets a token end the wait.</summary>
    /// <param name="cancellationToken">The token.</param>
    public void CancelOn(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || IsOver)
            return;
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(
            static completion => ((AppendCompletion)completion!).Cancel(), this);
    }

    /// <summary>Marks the record as taken: from here on it may be appended whatever its waiter does.</summary>
    /// <returns><see langword="false"/> if the waiter has given up before.</returns>
    public bool TryAdmit() => Interlocked.CompareExchange(ref _state, Admitted, Waiting) == Waiting;

    /// <summary>Ends the wait of a record that was not taken.</summary>
    /// <param name="exception">What the waiter is told.</param>
    public void TryRefuse(Exception exception)
    {
        if (Interlocked.CompareExchange(ref _state, Over, Waiting) == Waiting)
            _core.SetException(exception);
    }

    /// <summary>Ends the wait, unless it is over, and gives up the caller's hold.</summary>
    /// <param name="position">Where the record stands.</param>
    public void Complete(LogPosition position)
    {
        if (Interlocked.Exchange(ref _state, Over) == Over)
        {
            Release();
            return;
        }

        if (!Volatile.Read(ref _hasContinuation))
        {
            // Nobody waits yet, or is just beginning to: then the core itself sees to it that this thread is spared.
            _core.SetResult(position);
            Release();
            return;
        }

        // What waits goes on from this very object, so that nothing is allocated to get to the pool.
        _position = position;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        _core.RunContinuationsAsynchronously = false;
        _core.SetResult(_position);
        Release();
    }

    /// <summary>Ends the wait with a failure, unless it is over, and gives up the caller's hold.</summary>
    /// <param name="exception">What the waiter is told.</param>
    public void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _state, Over) != Over)
            _core.SetException(exception);
        Release();
    }

    /// <summary>Gives up the caller's hold on a wait that is over already.</summary>
    public void Drop() => Release();

    /// <summary>Returns what the caller awaits for the record's place.</summary>
    /// <returns>The task, to be awaited once.</returns>
    public ValueTask<LogPosition> AsPositionTask() => new(this, _core.Version);

    /// <summary>Returns what the caller awaits for the admission alone.</summary>
    /// <returns>The task, to be awaited once.</returns>
    public ValueTask AsAdmissionTask() => new(this, _core.Version);

    LogPosition IValueTaskSource<LogPosition>.GetResult(short token) => TakeResult(token);

    void IValueTaskSource.GetResult(short token) => TakeResult(token);

    ValueTaskSourceStatus IValueTaskSource<LogPosition>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<LogPosition>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Continue(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Continue(continuation, state, token, flags);

    private void Continue(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // Before, since afterwards it may be somebody else's.
        Volatile.Write(ref _hasContinuation, true);
        _core.OnCompleted(continuation, state, token, flags);
    }

    private LogPosition TakeResult(short token)
    {
        // Throws for a task that is awaited twice, before anything is given back twice.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The append is not over yet. Await it.");

        _registration.Dispose();
        _registration = default;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    private void Cancel()
    {
        if (Interlocked.Exchange(ref _state, Over) != Over)
            _core.SetException(new OperationCanceledException(_cancellationToken));
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;

        _core.Reset();
        _core.RunContinuationsAsynchronously = true;
        _position = default;
        _hasContinuation = false;
        _cancellationToken = default;
        Next = null;
        if (Interlocked.Increment(ref _pooled) <= PoolSize)
            Pool.Enqueue(this);
        else
            Interlocked.Decrement(ref _pooled);
    }
}
