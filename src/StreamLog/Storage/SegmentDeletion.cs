using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Deletes segments: their names go at once, their bytes after <c>file.delete.delay.ms</c>.</summary>
/// <remarks>
/// Owned by the directory. Thread-safe. What it has not removed when the directory closes goes when it is opened again:
/// recovery removes every file that is named as deleted.
/// </remarks>
internal sealed partial class SegmentDeletion : IAsyncDisposable
{
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. What is due first comes first.
    private readonly PriorityQueue<Doomed, long> _doomed = new();
    private readonly ITimer _timer;
    private bool _isStopped;

    public SegmentDeletion(IFileSystem files, TimeProvider time, ILogger logger)
    {
        _files = files;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(
            static state => ((SegmentDeletion)state!).RemoveDue(), this,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Takes the names of a segment away and gives the log's reference to it back. Who reads it goes on. The caller
    /// has taken it out of the log, and syncs the directory.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Delete(Segment segment, string directory, long delayMs)
    {
        try
        {
            segment.MarkDeleted();
        }
        finally
        {
            segment.Release();
        }

        Remove(segment, directory, delayMs);
    }

    /// <summary>As <see cref="Delete"/>, for a segment whose names the caller has taken away.</summary>
    public void DeleteRenamed(Segment segment, string directory, long delayMs)
    {
        segment.Release();
        try
        {
            Remove(segment, directory, delayMs);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            Log.NotRemoved(_logger, directory, segment.BaseOffset, error.Message);
        }
    }

    /// <summary>Removes nothing more in a partition's directory, which is about to go as a whole.</summary>
    public void Forget(string directory)
    {
        lock (_gate)
        {
            List<(Doomed Element, long Priority)> kept =
                [.. _doomed.UnorderedItems.Where(item => item.Element.Directory != directory)];
            _doomed.Clear();
            _doomed.EnqueueRange(kept);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
            _doomed.Clear();
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    private void Remove(Segment segment, string directory, long delayMs)
    {
        if (delayMs <= 0)
        {
            segment.DeleteMarked();
            return;
        }

        lock (_gate)
        {
            if (_isStopped)
                return;
            long dueMs = NowMs + Math.Min(delayMs, long.MaxValue / 2);
            _doomed.Enqueue(new Doomed(directory, segment.BaseOffset, dueMs), dueMs);
            Arm();
        }
    }

    private void RemoveDue()
    {
        while (TakeDue() is { } doomed)
        {
            try
            {
                foreach (string suffix in LogFileNames.OfSegment)
                {
                    string path = LogFileNames.PathOf(doomed.Directory, doomed.BaseOffset, suffix);
                    _files.DeleteFile(path + LogFileNames.Deleted);
                }
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                Log.NotRemoved(_logger, doomed.Directory, doomed.BaseOffset, error.Message);
            }
        }
    }

    private Doomed? TakeDue()
    {
        lock (_gate)
        {
            if (_isStopped || _doomed.Count == 0)
                return null;
            if (_doomed.Peek().DueMs <= NowMs)
                return _doomed.Dequeue();
            Arm();
            return null;
        }
    }

    // A timer takes no more than 49 days. One that is early finds nothing due and is set again.
    private void Arm()
    {
        long waitMs = Math.Clamp(_doomed.Peek().DueMs - NowMs, 1, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(waitMs), Timeout.InfiniteTimeSpan);
    }

    private sealed record Doomed(string Directory, long BaseOffset, long DueMs);
}
