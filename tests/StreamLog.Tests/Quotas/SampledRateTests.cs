using StreamLog.Quotas;
using Xunit;

namespace StreamLog.Tests.Quotas;

/// <summary>Kafka's Rate over sampled windows, and its TokenBucket.</summary>
public sealed class SampledRateTests
{
    private readonly SampledRate _rate = new();
    private readonly TokenBucket _bucket = new();

    [Fact]
    public void Who_begins_has_ten_seconds_worth_at_once()
    {
        _rate.Record(1000, 0);
        Assert.Equal(0, _rate.Excess(100, 0));

        // (110 - 100) / 100 of a window of ten seconds.
        _rate.Record(100, 0);
        Assert.Equal(1000, _rate.Excess(100, 0));
    }

    [Fact]
    public void What_is_held_back_is_what_brings_the_rate_down()
    {
        _rate.Record(2000, 0);
        long wait = _rate.Excess(100, 0);
        Assert.Equal(10_000, wait);
        Assert.Equal(0, _rate.Excess(100, wait * 2));
    }

    [Fact]
    public void The_window_grows_from_ten_seconds_to_eleven()
    {
        for (long now = 0; now <= 10_000; now += 1000)
            _rate.Record(110, now);

        // 1210 in ten seconds are 121 a second: (121 - 100) / 100 of them.
        Assert.Equal(2100, _rate.Excess(100, 10_000));
        // Half a second later the window is that much longer: 1210 / 10.5.
        Assert.Equal(1600, _rate.Excess(100, 10_500));
    }

    [Fact]
    public void What_is_older_than_the_window_counts_for_nothing()
    {
        _rate.Record(100_000, 0);
        Assert.NotEqual(0, _rate.Excess(100, 10_999));
        Assert.Equal(0, _rate.Excess(100, 11_000));
        _rate.Record(100_000, 11_000);
        Assert.NotEqual(0, _rate.Excess(100, 11_000));
    }

    [Fact]
    public void A_sample_is_used_again_once_all_were()
    {
        for (long now = 0; now < 100_000; now += 1000)
            _rate.Record(100, now);

        // Of a steady rate the current sample is there as well: eleven of them in ten seconds.
        Assert.Equal(1000, _rate.Excess(100, 99_000));
        Assert.Equal(0, _rate.Excess(110, 99_000));
    }

    [Fact]
    public void Permits_come_at_a_rate_up_to_eleven_seconds_worth()
    {
        Assert.Equal(0, _bucket.Debt(2, 0));
        _bucket.Take(22);
        Assert.Equal(0, _bucket.Debt(2, 0));
        _bucket.Take(10);
        Assert.Equal(5000, _bucket.Debt(2, 0));
        Assert.Equal(2000, _bucket.Debt(2, 3000));
        Assert.Equal(0, _bucket.Debt(2, 5000));

        Assert.Equal(0, _bucket.Debt(2, 1_000_000));
        _bucket.Take(23);
        Assert.Equal(500, _bucket.Debt(2, 1_000_000));
    }
}
