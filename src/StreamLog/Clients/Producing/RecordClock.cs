namespace StreamLog.Clients.Producing;

/// <summary>The time that records get, in milliseconds since 1970. Read for each record, unless they come in
/// thousands within a millisecond.</summary>
/// <remarks>
/// <para>Reading the clock takes a quarter of the time that a small record takes. So while records follow one another
/// within microseconds, one reading serves a few of them, as long as the processor's coarse clock, which costs next to
/// nothing, has not moved on. A record that comes alone always has its own.</para>
/// <para>Not thread-safe: its queue's gate guards it. Clocks of tests are read each time.</para>
/// </remarks>
internal sealed class RecordClock
{
    // As many records as one reading serves, and within which time as many must have come before.
    private const int RecordsMax = 16;
    private const long TicksMax = 20 * TimeSpan.TicksPerMicrosecond;

    private const long EpochMs = 62_135_596_800_000;

    private readonly TimeProvider _time;
    private readonly bool _isSystem;
    private long _readTicks;
    private long _nowMs;
    private long _coarse;
    private int _left;

    /// <summary>Creates the clock.</summary>
    /// <param name="time">What it reads.</param>
    public RecordClock(TimeProvider time)
    {
        _time = time;
        _isSystem = ReferenceEquals(time, TimeProvider.System);
    }

    /// <summary>Returns the time of a record that comes now.</summary>
    /// <returns>Milliseconds since 1970.</returns>
    public long Read()
    {
        if (_left > 0 && Environment.TickCount64 == _coarse)
        {
            _left--;
            return _nowMs;
        }

        return ReadClock();
    }

    private long ReadClock()
    {
        long coarse = _isSystem ? Environment.TickCount64 : 0;
        long ticks = _time.GetUtcNow().UtcTicks;
        long since = ticks - _readTicks;
        _left = _isSystem && since is >= 0 and < TicksMax ? RecordsMax - 1 : 0;
        _coarse = coarse;
        _readTicks = ticks;
        _nowMs = (ticks / TimeSpan.TicksPerMillisecond) - EpochMs;
        return _nowMs;
    }
}
