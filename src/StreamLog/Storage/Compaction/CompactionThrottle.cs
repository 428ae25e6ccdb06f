namespace StreamLog.Storage.Compaction;

/// <summary>Holds up whoever reads and writes more bytes in a second than it may.</summary>
/// <remarks>One for all runs of a directory. For one task at a time.</remarks>
internal sealed class CompactionThrottle
{
    private readonly TimeProvider _time;
    private readonly long? _bytesPerSecond;
    private long _start;
    private long _bytes;

    public CompactionThrottle(TimeProvider time, long? bytesPerSecond)
    {
        _time = time;
        _bytesPerSecond = bytesPerSecond;
        _start = time.GetTimestamp();
    }

    /// <summary>Counts bytes, and waits until they were due.</summary>
    /// <param name="bytes">How many have been read or written.</param>
    /// <param name="stopping">Gives up.</param>
    public async ValueTask SpendAsync(long bytes, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        if (_bytesPerSecond is not { } rate)
            return;

        TimeSpan elapsed = _time.GetElapsedTime(_start);
        TimeSpan due = TimeSpan.FromSeconds((double)_bytes / rate);
        if (elapsed > due + TimeSpan.FromSeconds(1))
        {
            // What was not used while there was nothing to do is not caught up with.
            _start = _time.GetTimestamp();
            _bytes = 0;
            elapsed = TimeSpan.Zero;
        }

        _bytes += bytes;
        TimeSpan wait = TimeSpan.FromSeconds((double)_bytes / rate) - elapsed;
        if (wait > TimeSpan.FromMilliseconds(1))
            await Task.Delay(wait, _time, stopping).ConfigureAwait(false);
    }
}
