namespace StreamLog.Cli.Benchmarking;

/// <summary>How long each of many things took.</summary>
/// <remarks>Thread-safe while it is filled; read it afterwards.</remarks>
internal sealed class Latencies
{
    private readonly long[] _ticks;
    private int _count;

    /// <summary>Creates room for so many.</summary>
    public Latencies(int capacity) => _ticks = new long[capacity];

    public int Count => Math.Min(_count, _ticks.Length);

    public void Add(TimeSpan latency) => _ticks[Interlocked.Increment(ref _count) - 1] = latency.Ticks;

    /// <summary>Sorts them, so that percentiles can be read.</summary>
    public void Sort() => Array.Sort(_ticks, 0, Count);

    /// <summary>Returns the time within which a share of all was done.</summary>
    /// <param name="share">The share, above 0 and up to 1.</param>
    public TimeSpan Percentile(double share) => Count == 0
        ? TimeSpan.Zero
        : TimeSpan.FromTicks(_ticks[Math.Clamp((int)Math.Ceiling(share * Count) - 1, 0, Count - 1)]);
}
