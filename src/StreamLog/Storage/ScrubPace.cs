namespace StreamLog.Storage;

/// <summary>Keeps reading below a number of bytes a second.</summary>
/// <remarks>For one caller at a time. The first second's worth is free, so that small logs are read at once.</remarks>
internal sealed class ScrubPace
{
    private readonly TimeProvider _time;
    private readonly long _bytesPerSecond;
    private long _begun;
    private long _bytes;

    public ScrubPace(TimeProvider time, long bytesPerSecond)
    {
        _time = time;
        _bytesPerSecond = bytesPerSecond;
        _begun = time.GetTimestamp();
    }

    /// <summary>Counts what was read, and waits where that was too fast.</summary>
    public ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        _bytes += bytes;
        TimeSpan due = TimeSpan.FromSeconds(((double)_bytes / _bytesPerSecond) - 1);
        TimeSpan spent = _time.GetElapsedTime(_begun);
        if (due > spent)
            return new ValueTask(Task.Delay(due - spent, _time, cancellationToken));

        // A slow disk earns nothing for later.
        if (spent - due > TimeSpan.FromSeconds(2))
        {
            _begun = _time.GetTimestamp();
            _bytes = 0;
        }

        return ValueTask.CompletedTask;
    }
}
