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
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled begun = new();
        TaskCompletionSource never = new();
        await trial.AppendAsync("k", "0");
        IPushConsumer handler = trial.Handle(async (record, _) =>
        {
            begun.Add(record.Value);
            await never.Task;
            begun.Add("done");
        });
        await trial.Environment.RunAsync(begun.CountAsync(1));

        await trial.StopAsync(handler);
        never.SetResult();
        await begun.CountAsync(2);

        Assert.Equal(0, await trial.CommittedAsync());
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
        TaskCompletionSource begun = new();
        TaskCompletionSource givenUp = new();
        PushConsumer<string, string> handler = Start(source, new SimulatedEnvironment(), async (_, cancellationToken) =>
        {
            begun.TrySetResult();
            await using CancellationTokenRegistration registration = cancellationToken.Register(givenUp.SetResult);
            await givenUp.Task;
        });
        source.Assign(Only);
        await begun.Task;

        source.Lose(Only);
        await givenUp.Task;
        await handler.StopAsync(CancellationToken.None);

        Assert.Equal(0, source.CompletedCount);
    }

    // Goal: whatever is at work when a partition is taken, when the member lets go of it nothing of it is completed any
    // more, nothing was completed that was not handled, and it begins again in the same member as if it were new.
    // Method: the partition is taken and given back at moments that the thread pool chooses.
    [Fact]
    public async Task Revocation_and_completion_may_meet_in_any_way()
    {
        ConcurrentDictionary<LogPosition, bool> handled = new();
        HandSource source = new();
        SimulatedEnvironment environment = new();
        PushConsumer<string, string> handler = Start(source, environment, async (records, _) =>
        {
            if (records[0].Offset % 2 == 0)
                await YieldAsync();
            handled[records[0].Position] = true;
        });
        for (int round = 0; round < 200; round++)
        {
            TopicPartition partition = new("orders", round);
            source.Assign(partition);
            for (int spins = 0; spins < round % 20; spins++)
                await YieldAsync();

            await source.RevokeAsync(partition);

            int completed = source.CompletedCount;
            Assert.DoesNotContain(
                Enumerable.Range(0, 1000).Select(offset => new LogPosition("orders", round, offset)),
                position => source.IsCompleted(position) && !handled.ContainsKey(position));
            await YieldAsync();
            Assert.Equal(completed, source.CompletedCount);
        }

        Assert.Equal(0, handler.Describe().InFlight);
        await handler.StopAsync(CancellationToken.None);
    }

    private static async Task YieldAsync() =>
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private static PushConsumer<string, string> Start(
        HandSource source, SimulatedEnvironment environment, HandlerCall<string, string> call)
    {
        HandlerBuilder settings = new("orders", "g", isBatch: false);
        settings.Concurrency(perPartitionByKey: 2).Prefetch(10);
        PushConsumer<string, string> handler = new(
            settings.Build(),
            call,
            listener =>
            {
                source.Listener = listener;
                return source;
            },
            deadLetters: null,
            environment,
            StreamLogMetrics.Unobserved.Handlers,
            NullLogger.Instance);
        SpinWait.SpinUntil(() => source.Listener is not null);
        return handler;
    }
}
