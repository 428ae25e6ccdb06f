namespace StreamLog.Quotas;

/// <summary>Permits for changes: they come at a rate, up to a bound, and one change may take more than there are
/// (KIP-599).</summary>
/// <remarks>Not thread-safe; its owner locks it. Times are milliseconds of a clock that does not go back.</remarks>
internal sealed class TokenBucket
{
    private const double BurstSeconds = SampledRate.Samples * SampledRate.SampleMs / 1000.0;

    private double? _tokens;
    private long _filledAt;

    /// <summary>Tells how long to wait until there are permits again.</summary>
    /// <param name="rate">How many come in a second.</param>
    /// <param name="now">When it is asked.</param>
    /// <returns>Milliseconds, or 0 where there are some.</returns>
    public long Debt(double rate, long now)
    {
        double burst = rate * BurstSeconds;
        double tokens = Math.Min(burst, _tokens is { } left ? left + (rate * (now - _filledAt) / 1000.0) : burst);
        _tokens = tokens;
        _filledAt = now;
        return tokens < 0 ? (long)Math.Min(int.MaxValue, Math.Round(-tokens / rate * 1000)) : 0;
    }

    /// <summary>Takes permits, more than there are if need be.</summary>
    /// <param name="permits">How many.</param>
    public void Take(double permits) => _tokens -= permits;
}
