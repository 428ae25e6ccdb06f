using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;

namespace StreamLog.Threading;

/// <summary>An inbox with a limit, whose work is done by one turn at a time.</summary>
/// <typeparam name="TWork">What is posted.</typeparam>
/// <remarks>
/// <para>
/// Its owner gives it the turn: a function that takes everything posted since the turn before, in order. No two turns
/// overlap, so what only turns touch needs no lock. Between turns nothing runs and no thread is held.
/// </para>
/// <para>
/// Any thread may post. Turns run on the thread pool, or, where the loop was made with <c>inline</c>, on the thread
/// that posted, before its post returns; what is posted meanwhile waits for the next turn of the thread that is at it.
/// A simulated node is made of inline loops, and so does everything on the simulator's thread.
/// </para>
/// <para>
/// A turn that throws is logged, and handed to the owner together with its work; then the loop goes on with the next
/// turn. The owner decides whether that makes sense, and disposes of the loop's owner where it does not.
/// </para>
/// </remarks>
internal sealed partial class WorkLoop<TWork> : IThreadPoolWorkItem, IAsyncDisposable
{
    private readonly string _name;
    private readonly int _capacity;
    private readonly Func<IReadOnlyList<TWork>, ValueTask> _turn;
    private readonly Action<IReadOnlyList<TWork>, Exception> _failed;
    private readonly bool _inline;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    // Invariant: _inbox.Count <= _capacity; _inbox is empty unless _isRunning.

    /// <summary>What waits for the next turn.</summary>
    private List<TWork> _inbox = [];

    /// <summary>Whether somebody runs turns, or has been asked to.</summary>
    private bool _isRunning;

    /// <summary>Whether posts are refused. It never goes back.</summary>
    private bool _isStopping;

    /// <summary>Completed when the last turn is over; there only while somebody waits for that.</summary>
    private TaskCompletionSource? _stopped;

    /// <summary>Creates a loop that is at rest until the first post.</summary>
    /// <param name="name">What it is for, in logs.</param>
    /// <param name="capacity">How much may wait for a turn. Beyond it posts are refused.</param>
    /// <param name="turn">Does the work of one turn. The list is valid until the turn's task completes.</param>
    /// <param name="failed">Told of a turn that threw, with its work. It must not throw.</param>
    /// <param name="inline">Whether turns run on the thread that posts.</param>
    /// <param name="logger">Where failed turns are logged.</param>
    public WorkLoop(
        string name,
        int capacity,
        Func<IReadOnlyList<TWork>, ValueTask> turn,
        Action<IReadOnlyList<TWork>, Exception> failed,
        bool inline,
        ILogger logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentNullException.ThrowIfNull(turn);
        ArgumentNullException.ThrowIfNull(failed);
        ArgumentNullException.ThrowIfNull(logger);
        _name = name;
        _capacity = capacity;
        _turn = turn;
        _failed = failed;
        _inline = inline;
        _logger = logger;
    }

    /// <summary>Posts work for a coming turn.</summary>
    /// <param name="work">The work.</param>
    /// <returns>
    /// <see langword="false"/> if the inbox is full or the loop is stopping: then nothing was posted.
    /// </returns>
    public bool TryPost(TWork work)
    {
        lock (_gate)
        {
            if (_isStopping || _inbox.Count == _capacity)
                return false;

            _inbox.Add(work);
            if (_isRunning)
                return true;

            _isRunning = true;
        }

        if (_inline)
            _ = RunAsync();
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

        return true;
    }

    /// <summary>Refuses further posts, and waits until what was posted has been done.</summary>
    /// <returns>
    /// A task that completes on the thread of the last turn. Not to be awaited by a turn, which would wait for itself.
    /// </returns>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            if (!_isRunning)
                return ValueTask.CompletedTask;

            _stopped ??= new TaskCompletionSource();
            return new ValueTask(_stopped.Task);
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        // Two lists change places: one is filled while the other one's work is done.
        List<TWork> batch = [];
        while (TryTake(ref batch))
        {
            try
            {
                await _turn(batch).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.TurnFailed(_logger, exception, _name, batch.Count);
                _failed(batch, exception);
            }
        }
    }

    private bool TryTake(ref List<TWork> batch)
    {
        batch.Clear();
        TaskCompletionSource? stopped;
        lock (_gate)
        {
            Invariant.Holds(_isRunning);
            if (_inbox.Count > 0)
            {
                (_inbox, batch) = (batch, _inbox);
                return true;
            }

            _isRunning = false;
            stopped = _stopped;
        }

        stopped?.SetResult();
        return false;
    }
}
