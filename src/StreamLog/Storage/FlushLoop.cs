using System.Runtime.CompilerServices;

namespace StreamLog.Storage;

/// <summary>Flushes the logs of a directory that ask for it, several at once: group commit.</summary>
/// <remarks>
/// <para>
/// While a log is being flushed, whoever asks again waits for the next flush of that log, together with all who ask
/// meanwhile. A slow file holds up no other, up to the number that is flushed at once.
/// </para>
/// <para>
/// One per directory, which owns it. Thread-safe; a caller of <see cref="Request"/> holds no lock, because the flush
/// begins on the caller's thread, and over a disk in memory it ends there too.
/// </para>
/// </remarks>
internal sealed class FlushLoop : IAsyncDisposable
{
    private readonly int _parallelMax;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate. A log is in _queue at most once; in _flushing with true if it asked again
    // meanwhile.
    private readonly Queue<PartitionLog> _queue = new();
    private readonly HashSet<PartitionLog> _queued = [];
    private readonly Dictionary<PartitionLog, bool> _flushing = [];
    private readonly Stack<Worker> _idleWorkers = new();

    // Who waits for the next flush of a log, and who for the one under way.
    private readonly Dictionary<PartitionLog, TaskCompletionSource> _waiting = [];
    private readonly Dictionary<PartitionLog, TaskCompletionSource> _awaited = [];
    private int _workers;
    private bool _isStopping;
    private TaskCompletionSource? _idle;

    public FlushLoop(int parallelMax) => _parallelMax = Math.Max(1, parallelMax);

    /// <summary>Asks for a flush that begins after this call.</summary>
    public void Request(PartitionLog log)
    {
        Worker? worker;
        lock (_gate)
        {
            if (_isStopping)
                return;
            if (_flushing.ContainsKey(log))
            {
                _flushing[log] = true;
                return;
            }

            if (!_queued.Add(log))
                return;
            _queue.Enqueue(log);
            if (_workers == _parallelMax)
                return;
            _workers++;
            if (!_idleWorkers.TryPop(out worker))
                worker = new Worker(this);
        }

        // Owned by this loop: DisposeAsync waits for _workers to come down, and a flush never throws.
        worker.Run();
    }

    /// <summary>Flushes a log, and waits for a flush that begins after this call to end.</summary>
    /// <returns>A task that completes then, however the flush ends; at once where none begins any more.</returns>
    public Task FlushAsync(PartitionLog log)
    {
        Task flushed;
        lock (_gate)
        {
            if (_isStopping)
                return Task.CompletedTask;
            if (!_waiting.TryGetValue(log, out TaskCompletionSource? waiting))
            {
                waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(log, waiting);
            }

            flushed = waiting.Task;
        }

        Request(log);
        return flushed;
    }

    /// <summary>Refuses further requests, and waits for the flushes that were asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        Task idle;
        lock (_gate)
        {
            _isStopping = true;
            idle = _workers == 0 ? Task.CompletedTask : (_idle ??= new TaskCompletionSource()).Task;
        }

        await idle.ConfigureAwait(false);
        TaskCompletionSource[] left;
        lock (_gate)
        {
            left = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (TaskCompletionSource waiting in left)
            waiting.SetResult();
    }

    private bool TryTake(Worker worker, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PartitionLog? log)
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            if (_queue.TryDequeue(out log))
            {
                _queued.Remove(log);
                _flushing.Add(log, false);
                if (_waiting.Count > 0 && _waiting.Remove(log, out TaskCompletionSource? waiting))
                    _awaited.Add(log, waiting);
                return true;
            }

            _idleWorkers.Push(worker);
            if (--_workers == 0)
                idle = _idle;
        }

        idle?.SetResult();
        return false;
    }

    private void Finish(PartitionLog log)
    {
        TaskCompletionSource? awaited = null;
        lock (_gate)
        {
            if (_awaited.Count > 0)
                _awaited.Remove(log, out awaited);
            if (_flushing.Remove(log, out bool isWantedAgain) && isWantedAgain && _queued.Add(log))
                _queue.Enqueue(log);
        }

        awaited?.SetResult();
    }

    /// <summary>Flushes one log after the other, as an async method would, but is used again.</summary>
    private sealed class Worker
    {
        private readonly FlushLoop _loop;
        private readonly Action _goOn;

        // Touched by one thread at a time: the one that runs, and then the one on which its flush ends.
        private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _flush;
        private PartitionLog? _log;

        public Worker(FlushLoop loop)
        {
            _loop = loop;
            _goOn = GoOn;
        }

        public void Run()
        {
            while (_loop.TryTake(this, out PartitionLog? log))
            {
                _log = log;
                ValueTask flush = log.FlushAsync();
                _flush = flush.ConfigureAwait(false).GetAwaiter();
                if (!_flush.IsCompleted)
                {
                    // It may go on elsewhere before this call is back.
                    _flush.UnsafeOnCompleted(_goOn);
                    return;
                }

                End();
            }
        }

        private void GoOn()
        {
            End();
            Run();
        }

        private void End()
        {
            PartitionLog log = _log!;
            _log = null;
            _flush.GetResult();
            _flush = default;
            _loop.Finish(log);
        }
    }
}
