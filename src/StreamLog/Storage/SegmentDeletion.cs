using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Deletes segments: their names go at once, their bytes after <c>file.delete.delay.ms</c>.</summary>
/// <remarks>
/// Owned by the directory. Thread-safe. What cannot be removed is tried again from time to time. What is left when the
/// directory closes goes when it is opened again: recovery removes every file that is named as deleted, and every
/// segment below the start of its log.
/// </remarks>
internal sealed partial class SegmentDeletion : IAsyncDisposable
{
    private const long RetryMs = 60_000;

    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Held while files are removed, and taken before _gate: what is forgotten is not being removed.
    private readonly Lock _removal = new();

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

    /// <summary>
    /// As <see cref="Delete"/>, for a segment below the start of its log, which is on the disk: a disk that fails, or
    /// has no room for another name, holds up nothing. The files go at once then, or later.
    /// </summary>
    public void DeleteTrimmed(Segment segment, string directory, long delayMs)
    {
        try
        {
            Delete(segment, directory, delayMs);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            TryRemove(new Doomed(directory, segment.BaseOffset, HasNames: true));
        }
    }

    /// <summary>As <see cref="Delete"/>, for a segment whose names the caller has taken away.</summary>
    public void DeleteRenamed(Segment segment, string directory, long delayMs)
    {
        segment.Release();
        Remove(segment, directory, delayMs);
    }

    /// <summary>Removes nothing more in a partition's directory, which is about to go as a whole.</summary>
    public void Forget(string directory)
    {
        lock (_removal)
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
        Doomed doomed = new(directory, segment.BaseOffset, HasNames: false);
        if (delayMs <= 0)
            TryRemove(doomed);
        else
            Enqueue(doomed, delayMs);
    }

    private void RemoveDue()
    {
        while (true)
        {
            lock (_removal)
            {
                if (TakeDue() is not { } doomed)
                    return;
                TryRemove(doomed);
            }
        }
    }

    private void TryRemove(Doomed doomed)
    {
        try
        {
            foreach (string suffix in LogFileNames.OfSegment)
            {
                string path = LogFileNames.PathOf(doomed.Directory, doomed.BaseOffset, suffix);
                if (doomed.HasNames)
                    _files.DeleteFile(path);
                _files.DeleteFile(path + LogFileNames.Deleted);
            }
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            Log.NotRemoved(_logger, doomed.Directory, doomed.BaseOffset, error.Message);
            Enqueue(doomed, RetryMs);
        }
    }

    private void Enqueue(Doomed doomed, long delayMs)
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            _doomed.Enqueue(doomed, NowMs + Math.Min(delayMs, long.MaxValue / 2));
            Arm();
        }
    }

    private Doomed? TakeDue()
    {
        lock (_gate)
        {
            if (_isStopped || !_doomed.TryPeek(out Doomed? doomed, out long dueMs))
                return null;
            if (dueMs <= NowMs)
                return _doomed.Dequeue();
            Arm();
            return null;
        }
    }

    // A timer takes no more than 49 days. One that is early finds nothing due and is set again.
    private void Arm()
    {
        _doomed.TryPeek(out _, out long dueMs);
        long waitMs = Math.Clamp(dueMs - NowMs, 1, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(waitMs), Timeout.InfiniteTimeSpan);
    }

    /// <summary>A segment to remove. Where the files still have their names, no other segment gets these.</summary>
    private sealed record Doomed(string Directory, long BaseOffset, bool HasNames);
}
