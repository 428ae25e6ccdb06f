using StreamLog.Simulation;
using StreamLog.Threading;
using Xunit;

namespace StreamLog.Tests.Threading;

public sealed class DeadlineTests
{
    private readonly SimulatedTime _time = new();

    [Fact]
    public void It_expires_once_when_its_time_has_come_and_not_before()
    {
        int count = 0;
        Deadline deadline = Deadline.Start(_time, TimeSpan.FromMilliseconds(500), _ => count++, null);

        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(0, count);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, count);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, count);
        Assert.False(deadline.TryCancel());
    }

    [Fact]
    public void A_cancelled_one_never_expires_and_leaves_nothing_in_the_clock()
    {
        Deadline deadline = Deadline.Start(_time, TimeSpan.FromSeconds(1), _ => Assert.Fail("It expired."), null);

        Assert.True(deadline.TryCancel());
        Assert.False(deadline.TryCancel());

        Assert.Equal(0, _time.TimerCount);
        _time.Advance(TimeSpan.FromHours(1));
    }

    [Fact]
    public void It_hands_its_state_to_the_action()
    {
        object state = new();
        object? given = null;
        Deadline.Start(_time, TimeSpan.Zero, value => given = value, state);

        _time.Advance(TimeSpan.Zero);

        Assert.Same(state, given);
    }

    [Fact]
    public void A_time_below_zero_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => Deadline.Start(_time, TimeSpan.FromTicks(-1), _ => { }, null));

    // Goal: expiry and cancellation never both win, and never neither.
    // Method: one thread advances the clock while another one cancels; each round has exactly one winner.
    [Fact]
    public void Either_it_expires_or_it_is_cancelled()
    {
        const int Rounds = 50_000;
        int expired = 0;
        int cancelled = 0;
        Deadline? current = null;
        using Barrier barrier = new(2);
        Thread cancelling = new(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                barrier.SignalAndWait();
                if (Volatile.Read(ref current)!.TryCancel())
                    cancelled++;

                barrier.SignalAndWait();
            }
        });
        cancelling.Start();

        for (int i = 0; i < Rounds; i++)
        {
            Volatile.Write(ref current, Deadline.Start(_time, TimeSpan.FromTicks(1), _ => expired++, null));
            barrier.SignalAndWait();
            _time.Advance(TimeSpan.FromTicks(1));
            barrier.SignalAndWait();
            Assert.Equal(i + 1, expired + cancelled);
        }

        cancelling.Join();
    }
}
