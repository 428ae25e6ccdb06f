using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Diagnostics;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class MaintenanceLoopTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly SimulatedTime _time = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_gets_its_turns_at_its_interval_whether_they_fail_or_not()
    {
        await using MaintenanceLoop loop = NewLoop();
        Scripted task = new("a", Minute);
        loop.Add(task);

        _time.Advance(Minute / 2);
        Assert.Equal(0, task.Turns);
        _time.Advance(Minute / 2);
        Assert.Equal(1, task.Turns);
        task.Failure = new InvalidOperationException("a mistake");
        _time.Advance(Minute);
        task.Failure = null;
        _time.Advance(Minute);

        Assert.Equal(3, task.Turns);
    }

    [Fact]
    public async Task One_turn_of_a_task_is_under_way_at_a_time_and_no_task_waits_for_another()
    {
        await using MaintenanceLoop loop = NewLoop();
        Scripted slow = new("slow", Minute) { Hold = new TaskCompletionSource() };
        Scripted quick = new("quick", Minute);
        loop.Add(slow);
        loop.Add(quick);

        _time.Advance(Minute);
        Task command = loop.RunNowAsync("slow", None).AsTask();
        _time.Advance(Minute);
        Assert.Equal((1, 2), (slow.Turns, quick.Turns));
        Assert.False(command.IsCompleted);
        slow.Hold.SetResult();
        await command;

        Assert.Equal(2, slow.Turns);
        _time.Advance(Minute);
        Assert.Equal(3, slow.Turns);
    }

    [Fact]
    public async Task A_command_gets_what_its_work_returns_and_what_it_throws()
    {
        await using MaintenanceLoop loop = NewLoop();
        loop.Add(new Scripted("a", Minute));

        Assert.Equal(42, await loop.RunNowAsync("a", _ => new ValueTask<int>(42), None));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await loop.RunNowAsync<int>(
            "a", _ => throw new InvalidOperationException("a mistake"), None));
        Assert.Equal(43, await loop.RunNowAsync("a", _ => new ValueTask<int>(43), None));
    }

    [Fact]
    public async Task Who_waits_for_a_turn_may_give_up()
    {
        await using MaintenanceLoop loop = NewLoop();
        Scripted task = new("a", Minute) { Hold = new TaskCompletionSource() };
        loop.Add(task);
        _time.Advance(Minute);
        using CancellationTokenSource source = new();

        Task command = loop.RunNowAsync("a", source.Token).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command);
        Assert.Equal(1, task.Turns);
        task.Hold.SetResult();
    }

    [Fact]
    public async Task Stopping_tells_a_turn_to_end_waits_for_it_and_begins_no_other()
    {
        MaintenanceLoop loop = NewLoop();
        Scripted task = new("a", Minute) { Hold = new TaskCompletionSource() };
        loop.Add(task);
        _time.Advance(Minute);

        Task stopped = loop.DisposeAsync().AsTask();
        Assert.True(task.Stopping.IsCancellationRequested);
        Assert.False(stopped.IsCompleted);
        task.Hold.SetResult();
        await stopped;

        _time.Advance(10 * Minute);
        Assert.Equal(1, task.Turns);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await loop.RunNowAsync("a", None));
    }

    private MaintenanceLoop NewLoop() => new(_time, NullLogger.Instance, StreamLogMetrics.Unobserved.Maintenance);

    private sealed class Scripted(string name, TimeSpan interval) : IMaintenanceTask
    {
        public string Name => name;

        public TimeSpan Interval => interval;

        public int Turns { get; private set; }

        public Exception? Failure { get; set; }

        public TaskCompletionSource? Hold { get; init; }

        public CancellationToken Stopping { get; private set; }

        public async ValueTask RunAsync(CancellationToken stopping)
        {
            Turns++;
            Stopping = stopping;
            if (Hold is not null)
                await Hold.Task;
            if (Failure is not null)
                throw Failure;
        }
    }
}
