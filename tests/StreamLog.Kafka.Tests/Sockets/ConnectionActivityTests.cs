using StreamLog.Kafka.Sockets;

namespace StreamLog.Kafka.Tests.Sockets;

/// <summary>What is known of a connection's pace.</summary>
public sealed class ConnectionActivityTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_request_that_comes_fast_enough_is_not_slow()
    {
        ManualTime time = new();
        ConnectionActivity activity = new(time);
        activity.BeginBody();
        for (int second = 0; second < 60; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            activity.NoteBody(100);
            Assert.False(activity.IsSlow(Grace, bytesPerSecond: 100));
        }

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(activity.IsSlow(Grace, bytesPerSecond: 100));
    }

    [Fact]
    public void A_request_that_does_not_come_is_slow_after_the_grace_and_until_it_ends()
    {
        ManualTime time = new();
        ConnectionActivity activity = new(time);
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(activity.IsSlow(Grace, bytesPerSecond: 1));
        activity.BeginBody();
        time.Advance(Grace - TimeSpan.FromTicks(1));
        Assert.False(activity.IsSlow(Grace, bytesPerSecond: 1));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.True(activity.IsSlow(Grace, bytesPerSecond: 1));
        activity.EndBody();
        Assert.False(activity.IsSlow(Grace, bytesPerSecond: 1));
    }
}
