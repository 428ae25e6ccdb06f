using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Storage.Files;

/// <summary>A few threads that block in fsync, so that nobody else's thread does.</summary>
/// <remarks>
/// Owned by a <see cref="PhysicalFileSystem"/>. A thread is started when a flush finds none idle, up to a limit, so
/// files are flushed beside one another. Any thread may enqueue. A flush's task completes inline on its flush thread:
/// what follows should be short.
/// </remarks>
internal sealed class FlushThreads : IDisposable
{
    private readonly int _countMax;

    // Not a Lock: threads wait on it.
    private readonly object _gate = new();

    // Below here: guarded by _gate.
    private readonly Queue<(PhysicalFile File, TaskCompletionSource Done)> _queue = new();
    private int _count;
    private int _idleCount;
    private bool _isStopping;

    /// <summary>Creates the set, without a thread yet.</summary>
    /// <param name="countMax">How many threads there may be.</param>
    public FlushThreads(int countMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        _countMax = countMax;
    }

    /// <summary>Flushes a file on one of the threads.</summary>
    /// <param name="file">The file. It stays open until the flush is over.</param>
    /// <returns>A task that completes, on the flush thread, as <see cref="PhysicalFile.DataSync"/> does.</returns>
    public Task FlushAsync(PhysicalFile file)
    {
        TaskCompletionSource done = new();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, typeof(PhysicalFileSystem));
            _queue.Enqueue((file, done));
            if (_idleCount >= _queue.Count || _count == _countMax)
            {
                Monitor.Pulse(_gate);
            }
            else
            {
                _count++;
                Thread thread = new(Run) { IsBackground = true, Name = $"StreamLog flush {_count}" };
                thread.UnsafeStart();
            }
        }

        return done.Task;
    }

    /// <summary>Lets the threads end when what is queued has been flushed. Does not wait for them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        while (TryTake(out PhysicalFile? file, out TaskCompletionSource? done))
        {
            try
            {
                file.FlushQueued();
            }
            catch (Exception exception)
            {
                // It belongs to whoever awaits the flush; this thread has other files to flush.
                done.SetException(exception);
                continue;
            }

            done.SetResult();
        }
    }

    private bool TryTake(
        [NotNullWhen(true)] out PhysicalFile? file,
        [NotNullWhen(true)] out TaskCompletionSource? done)
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_isStopping)
                {
                    file = null;
                    done = null;
                    return false;
                }

                _idleCount++;
                Monitor.Wait(_gate);
                _idleCount--;
            }

            (file, done) = _queue.Dequeue();
            return true;
        }
    }
}
