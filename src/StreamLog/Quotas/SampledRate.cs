namespace StreamLog.Quotas;

/// <summary>How much there was in a second, over the last samples: Kafka's measure, with its window.</summary>
/// <remarks>Not thread-safe; its owner locks it. Times are milliseconds of a clock that does not go back.</remarks>
internal sealed class SampledRate
{
    /// <summary>How many samples there are, the current one included: Kafka's <c>quota.window.num</c>.</summary>
    public const int Samples = 11;

    /// <summary>How long a sample is, in milliseconds: Kafka's <c>quota.window.size.seconds</c>.</summary>
    public const long SampleMs = 1000;

    private readonly (long Start, double Sum)[] _samples = new (long, double)[Samples];
    private int _count;
    private int _current;

    /// <summary>Adds something.</summary>
    /// <param name="value">How much.</param>
    /// <param name="now">When.</param>
    public void Record(double value, long now)
    {
        if (_count == 0)
        {
            _samples[0] = (now, 0);
            _count = 1;
        }
        else if (now - _samples[_current].Start >= SampleMs)
        {
            _current = (_current + 1) % Samples;
            _count = Math.Max(_count, _current + 1);
            _samples[_current] = (now, 0);
        }

        _samples[_current].Sum += value;
    }

    /// <summary>Tells whether anything counts at a time.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Whether something was added within the window.</returns>
    public bool IsUsed(long now)
    {
        for (int i = 0; i < _count; i++)
        {
            if (now - _samples[i].Start < Samples * SampleMs && _samples[i].Sum > 0)
                return true;
        }

        return false;
    }

    /// <summary>Tells how long to wait until no more than a bound comes in a second.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="now">When it is asked.</param>
    /// <returns>Milliseconds, or 0 where the bound is kept.</returns>
    public long Excess(double bound, long now)
    {
        double sum = 0;
        long oldest = now;
        for (int i = 0; i < _count; i++)
        {
            // What is older than the window counts for nothing, and begins anew.
            if (now - _samples[i].Start >= Samples * SampleMs)
                _samples[i] = (now, 0);
            sum += _samples[i].Sum;
            oldest = Math.Min(oldest, _samples[i].Start);
        }

        // The window always has all whole samples, as if those that are yet to come had been empty: who has just begun
        // is not held to the rate of its first moment.
        long window = now - oldest;
        long missing = Samples - 1 - (window / SampleMs);
        if (missing > 0)
            window += missing * SampleMs;
        double rate = sum / (window / 1000.0);
        return rate > bound ? (long)Math.Min(int.MaxValue, Math.Round((rate - bound) / bound * window)) : 0;
    }
}
