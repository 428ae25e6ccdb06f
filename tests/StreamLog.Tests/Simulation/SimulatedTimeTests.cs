using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Simulation;

public sealed class SimulatedTimeTests
{
    private readonly SimulatedTime _time = new();

    [Fact]
    public void Timers_run_in_the_order_of_their_times_and_then_of_their_creation_and_see_their_own_time()
    {
        List<string> runs = [];
        long start = _time.GetTimestamp();
        foreach ((string name, int due) in new[] { ("c", 30), ("a", 10), ("b", 20), ("a2", 10) })
        {
            _time.CreateTimer(
                _ => runs.Add($"{name}@{_time.GetElapsedTime(start).TotalSeconds}"),
                null,
                TimeSpan.FromSeconds(due),
                Timeout.InfiniteTimeSpan);
        }

        _time.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(["a@10", "a2@10", "b@20"], runs);
        Assert.Equal(TimeSpan.FromSeconds(25), _time.GetElapsedTime(start));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("c@30", runs[^1]);
        Assert.Equal(0, _time.TimerCount);
    }

    [Fact]
    public void A_timer_that_another_one_sets_up_within_the_span_runs_too()
    {
        List<string> runs = [];
        _time.CreateTimer(
            _ =>
            {
                runs.Add("first");
                _time.CreateTimer(_ => runs.Add("second"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            },
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["first", "second"], runs);
    }

    [Fact]
    public void A_period_repeats_until_the_timer_is_changed_or_disposed()
    {
        int count = 0;
        ITimer timer = _time.CreateTimer(_ => count++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(3, count);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(3, count);
        timer.Change(TimeSpan.FromSeconds(1), TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(4, count);
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public async Task Delays_and_periodic_timers_complete_inline_on_the_advancing_thread()
    {
        int thread = 0;
        Task waiting = WaitAsync();

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        await waiting;

        async Task WaitAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(10), _time).ConfigureAwait(false);
            using PeriodicTimer timer = new(TimeSpan.FromSeconds(10), _time);
            await timer.WaitForNextTickAsync().ConfigureAwait(false);
            await timer.WaitForNextTickAsync().ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public void The_next_timer_is_reached_in_one_step()
    {
        int count = 0;
        _time.CreateTimer(_ => count++, null, TimeSpan.FromDays(3), Timeout.InfiniteTimeSpan);
        DateTimeOffset before = _time.GetUtcNow();

        Assert.True(_time.AdvanceToNextTimer());
        Assert.False(_time.AdvanceToNextTimer());

        Assert.Equal(1, count);
        Assert.Equal(TimeSpan.FromDays(3), _time.GetUtcNow() - before);
    }

    [Fact]
    public void A_jump_of_the_wall_clock_moves_no_timer()
    {
        int count = 0;
        _time.CreateTimer(_ => count++, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        DateTimeOffset before = _time.GetUtcNow();
        long timestamp = _time.GetTimestamp();

        _time.JumpWallClock(TimeSpan.FromHours(-5));

        Assert.Equal(before - TimeSpan.FromHours(5), _time.GetUtcNow());
        Assert.Equal(timestamp, _time.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, count);
    }

    [Fact]
    public void A_timer_cannot_advance_the_clock()
    {
        _time.CreateTimer(_ => _time.Advance(TimeSpan.Zero), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        Assert.Throws<InvalidOperationException>(() => _time.Advance(TimeSpan.Zero));
    }
}
