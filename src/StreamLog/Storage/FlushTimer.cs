namespace StreamLog.Storage;

/// <summary>Has a log flushed some time after an append, where its topic asks for less than the directory's interval
/// (<c>flush.ms</c>).</summary>
/// <remarks>Owned by the log, and made when it is first needed. Thread-safe. It asks on the timer's thread.</remarks>
internal sealed class FlushTimer : IDisposable
{
    private readonly ITimer _timer;
    private int _isArmed;

    public FlushTimer(TimeProvider time, PartitionLog log) =>
        _timer = time.CreateTimer(
            _ =>
            {
                // Appends from here on are for the next time, or for this flush: it begins after them.
                Volatile.Write(ref _isArmed, 0);
                log.RequestFlush();
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Asks for a flush after that time, unless one is to come already.</summary>
    public void Arm(long delayMs)
    {
        if (Interlocked.Exchange(ref _isArmed, 1) == 0)
            _timer.Change(TimeSpan.FromMilliseconds(delayMs), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
