using StreamLog.Simulation;
using StreamLog.Threading;
using Xunit;

namespace StreamLog.Tests.Threading;

public sealed class ReusableDeadlineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SimulatedTime _time = new();
    private int _expired;

    [Fact]
    public void It_expires_once_each_time_that_it_is_set()
    {
        ReusableDeadline deadline = Create();
        for (int i = 1; i <= 3; i++)
        {
            deadline.Start(Second);
            _time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.Equal(i - 1, _expired);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(i, _expired);
            Assert.False(deadline.TryCancel());
            _time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(i, _expired);
        }
    }

    [Fact]
    public void The_timer_of_a_wait_that_is_over_does_not_end_the_next_one()
    {
        ReusableDeadline deadline = Create();
        deadline.Start(Second);
        _time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.True(deadline.TryCancel());
        Assert.False(deadline.TryCancel());
        deadline.Start(Second);

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, _expired);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _expired);
    }

    [Fact]
    public void A_shorter_wait_does_not_hang_on_the_timer_of_a_longer_one()
    {
        ReusableDeadline deadline = Create();
        deadline.Start(TimeSpan.FromHours(1));
        Assert.True(deadline.TryCancel());
        deadline.Start(Second);

        _time.Advance(Second);

        Assert.Equal(1, _expired);
    }

    [Fact]
    public void Called_off_for_good_it_comes_to_rest()
    {
        ReusableDeadline deadline = Create();
        deadline.Start(Second);
        Assert.True(deadline.TryCancel());

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, _expired);
        Assert.Equal(0, _time.TimerCount);
    }

    // Goal: in each round either it expires or it is cancelled, never both and never neither, however often it is used.
    // Method: one thread advances the clock while another one cancels.
    [Fact]
    public void Either_it_expires_or_it_is_cancelled()
    {
        const int Rounds = 20_000;
        ReusableDeadline deadline = new(
            _time, static test => Interlocked.Increment(ref ((ReusableDeadlineTests)test!)._expired), this);
        int cancelled = 0;
        using Barrier barrier = new(2);
        Thread clock = new(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                barrier.SignalAndWait();
                _time.Advance(Second);
                barrier.SignalAndWait();
            }
        });
        clock.Start();
        for (int i = 0; i < Rounds; i++)
        {
            int before = Volatile.Read(ref _expired);
            deadline.Start(Second);
            barrier.SignalAndWait();
            bool isCancelled = deadline.TryCancel();
            barrier.SignalAndWait();
            cancelled += isCancelled ? 1 : 0;
            Assert.Equal(isCancelled ? 0 : 1, Volatile.Read(ref _expired) - before);
        }

        clock.Join();
        Assert.Equal(Rounds, cancelled + _expired);
    }

    private ReusableDeadline Create() => new(_time, _ => _expired++, null);
}
