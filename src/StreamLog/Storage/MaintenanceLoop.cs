using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;

namespace StreamLog.Storage;

/// <summary>Runs the tasks that look after a directory's logs, each at its interval.</summary>
/// <remarks>
/// Owned by the directory. Thread-safe. Turns begin on the timers' threads. There is one turn of a task at a time;
/// those of different tasks overlap, so that nothing waits for a long compaction but compaction. A turn that fails is
/// logged, and the next one comes at its time.
/// </remarks>
internal sealed partial class MaintenanceLoop : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MaintenanceMetrics _metrics;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<string, Entry> _tasks = new(StringComparer.Ordinal);
    private bool _isStopped;

    public MaintenanceLoop(TimeProvider time, ILogger logger, MaintenanceMetrics metrics)
    {
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>Runs a task from now on, for the first time after its interval.</summary>
    public void Add(IMaintenanceTask task)
    {
        Entry entry = new(task);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            _tasks.Add(task.Name, entry);
            entry.Timer = _time.CreateTimer(
                _ => _ = RunInTurnAsync(entry), null, task.Interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Runs a turn of a task now, once a turn that is under way is over.</summary>
    /// <param name="name">The task.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RunNowAsync(string name, CancellationToken cancellationToken)
    {
        await RunNowAsync(
            name,
            async stopping =>
            {
                await Find(name).Task.RunAsync(stopping).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does something in place of a turn of a task, once a turn that is under way is over.</summary>
    /// <param name="name">The task.</param>
    /// <param name="work">What to do. Its token says that the caller gives up, or that the directory closes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the work returned. What it throws comes out here.</returns>
    public async ValueTask<T> RunNowAsync<T>(
        string name, Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        Entry entry = Find(name);
        TaskCompletionSource turn = await TakeTurnAsync(entry, cancellationToken).ConfigureAwait(false);
        try
        {
            using CancellationTokenSource either =
                CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
            return await work(either.Token).ConfigureAwait(false);
        }
        finally
        {
            EndTurn(entry, turn);
        }
    }

    /// <summary>Begins no turn any more, and waits for those under way, which are told to end.</summary>
    public async ValueTask DisposeAsync()
    {
        Entry[] entries;
        lock (_gate)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            entries = [.. _tasks.Values];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Entry entry in entries)
        {
            await entry.Timer!.DisposeAsync().ConfigureAwait(false);
            Task? turn;
            lock (_gate)
                turn = entry.Turn?.Task;
            if (turn is not null)
                await turn.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    // The timer's. A turn that a command has taken stands for this one.
    private async Task RunInTurnAsync(Entry entry)
    {
        if (TryTakeTurn(entry, out _) is not { } turn)
            return;
        try
        {
            await entry.Task.RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The directory closes, and the task ended early as it should.
        }
        catch (Exception error)
        {
            _metrics.Failed(entry.Task.Name);
            Log.TurnFailed(_logger, error, entry.Task.Name, entry.Task.Interval);
        }

        EndTurn(entry, turn);
    }

    private async ValueTask<TaskCompletionSource> TakeTurnAsync(Entry entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryTakeTurn(entry, out Task? others) is { } turn)
                return turn;
            ObjectDisposedException.ThrowIf(others is null, this);
            await others.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private TaskCompletionSource? TryTakeTurn(Entry entry, out Task? others)
    {
        lock (_gate)
        {
            others = _isStopped ? null : entry.Turn?.Task;
            if (_isStopped || entry.Turn is not null)
                return null;
            return entry.Turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void EndTurn(Entry entry, TaskCompletionSource turn)
    {
        lock (_gate)
        {
            entry.Turn = null;
            if (!_isStopped)
                entry.Timer!.Change(entry.Task.Interval, Timeout.InfiniteTimeSpan);
        }

        turn.SetResult();
    }

    private Entry Find(string name)
    {
        lock (_gate)
            return _tasks[name];
    }

    /// <summary>A task and its state, which the loop's gate guards.</summary>
    private sealed class Entry(IMaintenanceTask task)
    {
        public IMaintenanceTask Task { get; } = task;

        public ITimer? Timer { get; set; }

        /// <summary>Gets or sets the turn under way, which completes with it.</summary>
        public TaskCompletionSource? Turn { get; set; }
    }
}
