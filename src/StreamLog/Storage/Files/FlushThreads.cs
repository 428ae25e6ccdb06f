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
    private readonly Queue<FlushTicket> _queue = new();
    private readonly Stack<FlushTicket> _idleTickets = new();
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
    public ValueTask FlushAsync(PhysicalFile file)
    {
        FlushTicket? ticket;
        ValueTask task;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, typeof(PhysicalFileSystem));
            if (!_idleTickets.TryPop(out ticket))
                ticket = new FlushTicket(this);
            ticket.File = file;
            task = ticket.AsTask();
            _queue.Enqueue(ticket);
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

        return task;
    }

    /// <summary>Takes a ticket back that nobody awaits any more.</summary>
    /// <param name="ticket">The ticket.</param>
    public void Return(FlushTicket ticket)
    {
        lock (_gate)
            _idleTickets.Push(ticket);
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
        while (TryTake(out FlushTicket? ticket))
        {
            PhysicalFile file = ticket.File!;
            ticket.File = null;
            try
            {
                file.FlushQueued();
            }
            catch (Exception exception)
            {
                // It belongs to whoever awaits the flush; this thread has other files to flush.
                ticket.Fail(exception);
                continue;
            }

            ticket.Succeed();
        }
    }

    private bool TryTake([NotNullWhen(true)] out FlushTicket? ticket)
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_isStopping)
                {
                    ticket = null;
                    return false;
                }

                _idleCount++;
                Monitor.Wait(_gate);
                _idleCount--;
            }

            ticket = _queue.Dequeue();
            return true;
        }
    }
}
