namespace StreamLog.Clients;

/// <summary>Turns the durations of options into what clocks and timers take.</summary>
internal static class Durations
{
    // The longest time that a timer of .NET takes, in milliseconds: about 49 days.
    private const double LongestTimer = uint.MaxValue - 1;

    /// <summary>Returns a duration in the units of a clock's timestamps.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="duration">The duration. A negative one stands for ever.</param>
    /// <returns>The units, at most a quarter of what fits, so that adding one to a timestamp never runs over.</returns>
    public static long ToTimestamp(TimeProvider time, TimeSpan duration)
    {
        double units = duration.TotalSeconds * time.TimestampFrequency;
        return duration < TimeSpan.Zero || units > long.MaxValue / 4 ? long.MaxValue / 4 : (long)units;
    }

    /// <summary>Returns the time until a timestamp as a timer takes it: in whole milliseconds, and never
    /// early.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="units">How far the timestamp lies ahead.</param>
    /// <returns>The time.</returns>
    public static TimeSpan UntilTimer(TimeProvider time, long units) => TimeSpan.FromMilliseconds(
        Math.Clamp(Math.Ceiling(units * 1000.0 / time.TimestampFrequency), 0, LongestTimer));

    /// <summary>Returns a duration that a timer takes.</summary>
    /// <param name="duration">The duration.</param>
    /// <returns>The same, or the longest that a timer takes.</returns>
    public static TimeSpan ForTimer(TimeSpan duration) =>
        duration.TotalMilliseconds > LongestTimer ? TimeSpan.FromMilliseconds(LongestTimer) : duration;

    /// <summary>Returns a duration in the milliseconds of a request.</summary>
    /// <param name="duration">The duration.</param>
    /// <returns>The milliseconds, within what the field holds.</returns>
    public static int ToRequest(TimeSpan duration) => (int)Math.Clamp(duration.TotalMilliseconds, 0, int.MaxValue);
}
