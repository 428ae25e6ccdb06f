using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients.Handling;
using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Handlers that are stopped, or whose partitions are taken, in the middle of their work.</summary>
public sealed class PushConsumerShutdownTests
{
    private static readonly TopicPartition Only = new("orders", 0);

    [Fact]
    public async Task What_runs_may_finish_and_what_has_not_begun_comes_again()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled begun = new();
        TaskCompletionSource mayFinish = new();
        for (int i = 0; i < 5; i++)
            await trial.AppendAsync("k", $"{i}");
        CancellationToken given = default;
        IPushConsumer handler = trial.Handle(async (record, cancellationToken) =>
        {
            given = cancellationToken;
            begun.Add(record.Value);
            await mayFinish.Task;
        });
        await trial.Environment.RunAsync(begun.CountAsync(1));
        await Eventually.HoldsAsync(() => handler.Describe().InFlight == 5);

        Task stop = handler.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        Assert.False(given.IsCancellationRequested);
        mayFinish.SetResult();
        await trial.Environment.RunAsync(stop);

        Assert.Equal(["0"], begun.Values);
        Assert.Equal(HandlerState.Stopped, handler.Describe().State);
        Assert.Null(handler.Describe().Failure);
        Assert.Equal(1, await trial.CommittedAsync());
        await handler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_handler_that_ignores_everything_holds_up_no_stop_and_counts_no_more()
    {
        HandSource source = new();
        SimulatedEnvironment environment = new();
        Handled begun = new();
        TaskCompletionSource never = new();
        bool isOver = false;
        PushConsumer<string, string> handler = Start(source, environment, async (records, _) =>
        {
            begun.Add(records[0].Value);
            await never.Task;
            isOver = true;
        });
        source.Assign(Only);
        await begun.CountAsync(1);

        await environment.RunAsync(handler.StopAsync(CancellationToken.None));

        // What follows the handler runs on this thread, so that all of it has been when this returns.
        never.SetResult();
        Assert.True(isOver);
        Assert.Equal(0, source.CompletedCount);
    }

    [Fact]
    public async Task What_is_done_during_a_stop_is_committed_before_the_slowest_is()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync(partitions: 2);
        Handled begun = new();
        TaskCompletionSource[] mayFinish = [new(), new()];
        await trial.AppendAsync("k", "0", partition: 0);
        await trial.AppendAsync("k", "1", partition: 1);
        IPushConsumer handler = trial.Handle(async (record, _) =>
        {
            begun.Add(record.Value);
            await mayFinish[record.Position.Partition].Task;
        });
        await trial.Environment.RunAsync(begun.CountAsync(2));

        Task stop = handler.StopAsync(CancellationToken.None);
        mayFinish[1].SetResult();
        for (int i = 0; i < 10_000 && !await trial.HasCommittedAsync(1); i++)
            await trial.Environment.RunAsync(Task.Delay(TimeSpan.FromMilliseconds(1), trial.Environment.Time));

        Assert.False(stop.IsCompleted);
        Assert.Equal(1, await trial.CommittedAsync(1));
        mayFinish[0].SetResult();
        await trial.Environment.RunAsync(stop);
        Assert.Equal(1, await trial.CommittedAsync(0));
    }

    [Fact]
    public async Task A_partition_that_cannot_be_read_takes_nothing_from_the_others()
    {
        HandSource source = new();
        SimulatedEnvironment environment = new();
        TopicPartition broken = new("orders", 1);
        ConcurrentDictionary<LogPosition, bool> handled = new();
        PushConsumer<string, string> handler = Start(source, environment, (records, _) =>
        {
            handled[records[0].Position] = true;
            return ValueTask.CompletedTask;
        });
        StreamLogException damage = new(ErrorCode.CorruptMessage, "Damaged.");
        source.Break(broken, damage);
        source.Assign(broken);
        await Eventually.HoldsAsync(() => source.FailureCount == 1);
        source.Assign(Only);

        // It stands for a while, is tried again, and says so all the time; the others know nothing of it.
        for (int tries = 2; tries < 5; tries++)
        {
            int count = handled.Count;
            await Eventually.HoldsAsync(() => handled.Count > count + 100);
            Assert.Same(damage, handler.Describe().Failure);
            Assert.Equal(HandlerState.Running, handler.Describe().State);
            await Eventually.HoldsAsync(() =>
            {
                environment.Time.Advance(TimeSpan.FromMilliseconds(100));
                return source.FailureCount >= tries;
            });
        }

        source.Lose(Only);
        source.Break(broken, failure: null);
        await Eventually.HoldsAsync(() =>
        {
            environment.Time.Advance(TimeSpan.FromMilliseconds(100));
            return handled.Keys.Any(position => position.Partition == 1);
        });
        Assert.Null(handler.Describe().Failure);
        await handler.StopAsync(CancellationToken.None);
    }

    // Goal: a failure of all reading is seen from when it happens until reading has gone well for a while, and what is
    // left of the work before neither counts nor stops the reading of the member that follows.
    [Fact]
    public async Task A_member_that_fails_is_followed_by_another_which_it_does_not_disturb()
    {
        HandSource[] members = [new(), new()];
        int joined = 0;
        SimulatedEnvironment environment = new();
        TaskCompletionSource never = new();
        TaskCompletionSource never2 = new();
        int begun = 0;
        PushConsumer<string, string> handler = Start(
            listener =>
            {
                members[joined].Listener = listener;
                return members[joined++];
            },
            environment,
            async (_, _) => await (Interlocked.Increment(ref begun) <= 2 ? never : never2).Task);
        await Eventually.HoldsAsync(() => Volatile.Read(ref joined) == 1);
        members[0].Assign(Only);
        await Eventually.HoldsAsync(() => Volatile.Read(ref begun) == 2 && members[0].Holds is [true]);

        InvalidOperationException failure = new("Fenced.");
        members[0].Fail(failure);
        await Eventually.HoldsAsync(() => handler.Describe().Failure == failure);
        await Eventually.HoldsAsync(() =>
        {
            environment.Time.Advance(TimeSpan.FromMilliseconds(100));
            return Volatile.Read(ref joined) == 2;
        });
        members[1].Assign(Only);
        await Eventually.HoldsAsync(() => Volatile.Read(ref begun) == 4 && members[1].Holds is [true]);
        Assert.Same(failure, handler.Describe().Failure);

        // The old work gets room when its handlers come back at last.
        never.SetResult();
        Assert.Equal(0, members[0].CompletedCount);
        Assert.Equal([true], members[1].Holds);

        environment.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(handler.Describe().Failure);
        Task stop = handler.StopAsync(CancellationToken.None);
        never2.SetResult();
        await environment.RunAsync(stop);
    }

    [Fact]
    public async Task A_handler_is_asked_to_give_up_when_the_time_is_over_or_there_is_a_hurry()
    {
        for (int run = 0; run < 2; run++)
        {
            await using HandlerTrial trial = await HandlerTrial.StartAsync();
            Handled begun = new();
            await trial.AppendAsync("k", "0");
            IPushConsumer handler = trial.Handle(async (record, cancellationToken) =>
            {
                begun.Add(record.Value);
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            });
            await trial.Environment.RunAsync(begun.CountAsync(1));

            await trial.StopAsync(handler, hurries: run == 1);

            Assert.Equal(["0"], begun.Values);
            Assert.Equal(0, await trial.CommittedAsync());
        }
    }

    [Fact]
    public async Task A_stop_waits_for_no_retry()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        int attempts = 0;
        await trial.AppendAsync("k", "0");
        IPushConsumer handler = trial.Handle(
            (_, _) =>
            {
                Interlocked.Increment(ref attempts);
                throw new InvalidOperationException("Not now.");
            },
            settings => settings.Retry(TimeSpan.FromDays(1)));
        await Eventually.HoldsAsync(() => Volatile.Read(ref attempts) == 1);
        DateTimeOffset before = trial.Environment.Time.GetUtcNow();

        await trial.StopAsync(handler);

        Assert.InRange(trial.Environment.Time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromHours(1));
        Assert.Equal(1, attempts);
        Assert.Equal(0, await trial.CommittedAsync());
    }

    [Fact]
    public async Task No_offset_is_committed_before_its_dead_letter_is_durable()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1).Add("dead", 1);
        broker.Fill(0, 0, 1);
        TaskCompletionSource durable = new();
        TaskCompletionSource triedAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int tries = 0;
        broker.Script = request =>
        {
            if (request is not ProduceRequest)
                return null;
            if (tries++ == 0)
                return new Fault { Error = ErrorCode.TopicAuthorizationFailed };
            triedAgain.TrySetResult();
            return new Fault { Until = durable.Task };
        };
        await using HandlerTrial trial = HandlerTrial.Over(broker, environment);
        IPushConsumer handler = trial.Handle(
            (_, _) => throw new InvalidOperationException("No."),
            settings => settings.Retry().DeadLetterTo("dead"));

        // It says that it cannot be put aside, and tries again.
        await Eventually.HoldsAsync(() => handler.Describe().Failure is StreamLogException);
        Assert.Equal(HandlerState.Running, handler.Describe().State);
        await environment.RunAsync(triedAgain.Task);
        environment.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, handler.Describe().InFlight);
        Assert.DoesNotContain(broker.Sent<OffsetCommitRequest>(), _ => true);

        durable.SetResult();
        await Eventually.HoldsAsync(() => handler.Describe().InFlight == 0);
        Assert.Null(handler.Describe().Failure);
        await trial.StopAsync(handler);
        Assert.Equal(1, broker.Offsets[("g", Only)]);
    }

    [Fact]
    public async Task What_is_lost_is_neither_finished_nor_completed()
    {
        HandSource source = new();
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource mayFinish = new();
        int over = 0;
        PushConsumer<string, string> handler = Start(source, new SimulatedEnvironment(), async (_, cancellationToken) =>
        {
            using CancellationTokenRegistration registration =
                cancellationToken.Register(() => givenUp.TrySetResult());
            begun.TrySetResult();
            await mayFinish.Task;
            over++;
        });
        source.Assign(Only);
        await begun.Task;

        source.Lose(Only);
        await givenUp.Task;

        // What follows the handlers runs on this thread, so that all of it has been when this returns.
        mayFinish.SetResult();
        Assert.InRange(over, 1, 2);
        Assert.Equal(0, source.CompletedCount);
        await handler.StopAsync(CancellationToken.None);
    }

    // Goal: whatever is at work when a partition is taken, when the member lets go of it nothing of it is completed any
    // more, nothing was completed that was not handled, and it begins again in the same member as if it were new.
    // Method: the partition is taken and given back at moments that the thread pool chooses.
    [Fact]
    public async Task Revocation_and_completion_may_meet_in_any_way()
    {
        ConcurrentDictionary<LogPosition, bool> handled = new();
        int running = 0;
        HandSource source = new();
        SimulatedEnvironment environment = new();
        PushConsumer<string, string> handler = Start(source, environment, async (records, _) =>
        {
            Interlocked.Increment(ref running);
            if (records[0].Offset % 2 == 0)
                await YieldAsync();
            handled[records[0].Position] = true;
            Interlocked.Decrement(ref running);
        });
        for (int round = 0; round < 200; round++)
        {
            handled.Clear();
            source.Forget();
            TopicPartition partition = new("orders", round % 3);
            source.Assign(partition);
            for (int spins = 0; spins < round % 20; spins++)
                await YieldAsync();

            await source.RevokeAsync(partition);

            // Nothing is at work any more that could be completed later, and what was handled is what is completed.
            Assert.Equal(0, running);
            Assert.Equal(0, handler.Describe().InFlight);
            Assert.Equal(handled.Count, source.CompletedCount);
            Assert.All(handled.Keys, position => Assert.True(source.IsCompleted(position)));
        }

        // It begins again as if it were new.
        handled.Clear();
        source.Assign(Only);
        await Eventually.HoldsAsync(() => handled.ContainsKey(new LogPosition("orders", 0, 0)));
        await handler.StopAsync(CancellationToken.None);
    }

    private static async Task YieldAsync() =>
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private static PushConsumer<string, string> Start(
        HandSource source, SimulatedEnvironment environment, HandlerCall<string, string> call)
    {
        PushConsumer<string, string> handler = Start(
            listener =>
            {
                source.Listener = listener;
                return source;
            },
            environment,
            call);
        SpinWait.SpinUntil(() => source.Listener is not null);
        return handler;
    }

    private static PushConsumer<string, string> Start(
        Func<IAssignmentListener, HandSource> join, SimulatedEnvironment environment, HandlerCall<string, string> call)
    {
        HandlerBuilder settings = new("orders", "g", isBatch: false);
        settings.Concurrency(perPartitionByKey: 2).Prefetch(10);
        return new PushConsumer<string, string>(
            settings.Build(),
            call,
            join,
            deadLetters: null,
            environment,
            StreamLogMetrics.Unobserved.Handlers,
            NullLogger.Instance);
    }
}
