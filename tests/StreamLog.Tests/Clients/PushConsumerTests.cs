using System.Collections.Concurrent;
using System.Diagnostics;
using StreamLog.Clients.Handling;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Tests.Hosting;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Handlers that work, and what is committed behind them.</summary>
public sealed class PushConsumerTests
{
    [Fact]
    public async Task Records_are_handled_in_their_order_and_committed_behind()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        IPushConsumer handler = trial.Handle((record, _) => Note(handled, record));
        for (int i = 0; i < 50; i++)
            await trial.AppendAsync($"k{i % 3}", $"{i}");

        await trial.Environment.RunAsync(handled.CountAsync(50));
        await trial.StopAsync(handler);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), handled.Values);
        Assert.Equal(50, await trial.CommittedAsync());
    }

    [Fact]
    public async Task A_slow_partition_holds_up_no_other()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync(partitions: 2);
        TaskCompletionSource slow = new();
        Handled handled = new();
        for (int i = 0; i < 40; i++)
        {
            await trial.AppendAsync("a", "slow", partition: 0);
            await trial.AppendAsync("b", $"{i}", partition: 1);
        }

        IPushConsumer handler = trial.Handle(
            async (record, _) =>
            {
                if (record.Position.Partition == 0)
                    await slow.Task;
                else
                    handled.Add(record.Value);
            },
            settings => settings.Prefetch(5));

        await trial.Environment.RunAsync(handled.CountAsync(40));
        Assert.InRange(handler.Describe().InFlight, 0, 6);
        slow.SetResult();
        await trial.StopAsync(handler);
        Assert.Equal(40, await trial.CommittedAsync(1));
    }

    // Goal: as above, although what is held for the slow partition takes all the room for what is fetched ahead.
    [Fact]
    public async Task What_is_fetched_for_a_slow_partition_makes_room_for_others()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync(partitions: 2);
        TaskCompletionSource slow = new();
        Handled handled = new();

        // Large batches for the one, and small ones for the other.
        await trial.Clients.Topic("orders").AppendAsync(Enumerable.Range(0, 200)
            .Select(i => new ProducerRecord<string, string>("a", $"slow {i}") { Partition = 0 }));
        for (int i = 0; i < 200; i++)
            await trial.AppendAsync("b", $"{i}", partition: 1);

        IPushConsumer handler = trial.Handle(
            async (record, _) =>
            {
                if (record.Position.Partition == 0)
                    await slow.Task;
                handled.Add(record.Value);
            },
            settings => settings.Prefetch(3).Consumer(options => options.FetchAheadBytes = 500));

        await trial.Environment.RunAsync(handled.CountAsync(200));
        Assert.DoesNotContain(handled.Values, value => value.StartsWith("slow", StringComparison.Ordinal));
        slow.SetResult();
        await trial.Environment.RunAsync(handled.CountAsync(400));

        // What had to make room is fetched again: nothing is left out, and nothing comes twice.
        Assert.Equal(
            Enumerable.Range(0, 200).Select(i => $"slow {i}"),
            handled.Values.Where(value => value.StartsWith("slow", StringComparison.Ordinal)));
        await trial.StopAsync(handler);
        Assert.Equal(200, await trial.CommittedAsync(0));
        Assert.Equal(200, await trial.CommittedAsync(1));
    }

    [Fact]
    public async Task The_committed_offset_passes_marks_and_what_compaction_has_emptied()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1);
        broker.Fill(0, 0, 5);
        using (RecordBatchBuilder marks = new(1000) { IsControl = true })
        {
            marks.TryAppend(1000, "\0\0\0\u0001"u8, true, "\0\0\0\0\0\0"u8, true, null);
            broker.Append(0, marks);
        }

        await using HandlerTrial trial = HandlerTrial.Over(broker, environment);
        Handled handled = new();
        IPushConsumer handler = trial.Handle((record, _) => Note(handled, record));

        await environment.RunAsync(handled.CountAsync(5));
        await Eventually.HoldsAsync(() =>
        {
            environment.Time.Advance(TimeSpan.FromSeconds(1));
            return broker.Sent<OffsetCommitRequest>()
                .Any(commit => commit.Topics[0].Partitions[0].CommittedOffset == 6);
        });
        await trial.StopAsync(handler);
    }

    // Goal: a stop at any moment of the start and of the work ends, and commits nothing that was not handled.
    [Fact]
    public async Task It_may_be_stopped_at_any_moment()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1);
        broker.Fill(0, 0, 1000);
        await using HandlerTrial trial = HandlerTrial.Over(broker, environment);
        TopicPartition only = new("orders", 0);
        long committed = 0;
        for (int round = 0; round < 100; round++)
        {
            ConcurrentDictionary<long, bool> handled = new();
            IPushConsumer handler = trial.Handle(
                async (record, _) =>
                {
                    if (record.Offset % 5 == 0)
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                    handled[record.Offset] = true;
                },
                settings => settings.Unordered(perPartition: 3));
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < round * TimeSpan.FromMicroseconds(20))
                await Task.Yield();

            await trial.StopAsync(handler);
            await handler.StopAsync(CancellationToken.None);

            long now = broker.Offsets.GetValueOrDefault(("g", only), committed);
            for (long offset = committed; offset < now; offset++)
                Assert.True(handled.ContainsKey(offset));
            Assert.True(now >= committed);
            committed = now;
        }
    }

    [Fact]
    public async Task Reading_stops_where_the_limit_is_and_goes_on_when_there_is_room()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        SemaphoreSlim may = new(0);
        for (int i = 0; i < 100; i++)
            await trial.AppendAsync("k", $"{i}");
        IPushConsumer handler = trial.Handle(
            async (record, _) =>
            {
                await may.WaitAsync(CancellationToken.None);
                handled.Add(record.Value);
            },
            settings => settings.Prefetch(10));

        await Eventually.HoldsAsync(() => handler.Describe().InFlight >= 10);
        Assert.Equal(10, handler.Describe().InFlight);
        may.Release(100);
        await trial.Environment.RunAsync(handled.CountAsync(100));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), handled.Values);
        await trial.StopAsync(handler);
        Assert.Equal(100, await trial.CommittedAsync());
    }

    [Fact]
    public async Task Keys_are_handled_side_by_side_and_each_in_its_order()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        TaskCompletionSource meeting = new();
        int present = 0;
        for (int i = 0; i < 4; i++)
            await trial.AppendAsync($"k{i}", $"k{i}:first");
        for (int i = 0; i < 4; i++)
            await trial.AppendAsync($"k{i}", $"k{i}:second");
        IPushConsumer handler = trial.Handle(
            async (record, _) =>
            {
                // None goes on before all four keys are here.
                if (record.Value.EndsWith("first", StringComparison.Ordinal) && Interlocked.Increment(ref present) == 4)
                    meeting.SetResult();
                await meeting.Task;
                handled.Add(record.Value);
            },
            settings => settings.Concurrency(perPartitionByKey: 4));

        await trial.Environment.RunAsync(handled.CountAsync(8));

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(
                [$"k{i}:first", $"k{i}:second"],
                handled.Values.Where(value => value.StartsWith($"k{i}:", StringComparison.Ordinal)));
        }

        await trial.StopAsync(handler);
    }

    [Fact]
    public async Task Without_order_records_of_one_key_are_handled_side_by_side()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        TaskCompletionSource meeting = new();
        int present = 0;
        for (int i = 0; i < 3; i++)
            await trial.AppendAsync("k", $"{i}");
        IPushConsumer handler = trial.Handle(
            async (_, _) =>
            {
                if (Interlocked.Increment(ref present) == 3)
                    meeting.SetResult();
                await meeting.Task;
            },
            settings => settings.Unordered(perPartition: 3));

        await trial.Environment.RunAsync(meeting.Task);
        await trial.StopAsync(handler);
        Assert.Equal(3, await trial.CommittedAsync());
    }

    [Fact]
    public async Task The_committed_offset_never_passes_a_record_that_is_at_work()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        TaskCompletionSource slow = new();
        for (int i = 0; i < 10; i++)
            await trial.AppendAsync($"k{i}", $"{i}");
        IPushConsumer handler = trial.Handle(
            async (record, _) =>
            {
                if (record.Offset == 3)
                    await slow.Task;
                handled.Add(record.Value);
            },
            settings => settings.Concurrency(perPartitionByKey: 2).DrainTimeout(TimeSpan.FromSeconds(1)));

        await trial.Environment.RunAsync(handled.CountAsync(9));
        Assert.Equal(new LogPosition("orders", 0, 3), handler.Describe().Oldest);
        await trial.StopAsync(handler);

        // The one that did not finish in time comes again, with those behind it.
        Assert.Equal(3, await trial.CommittedAsync());
        slow.SetResult();
        Handled again = new();
        IPushConsumer second = trial.Handle((record, _) => Note(again, record));
        await trial.Environment.RunAsync(again.CountAsync(7));
        await trial.StopAsync(second);
        Assert.Equal(["3", "4", "5", "6", "7", "8", "9"], again.Values);
        Assert.Equal(10, await trial.CommittedAsync());
    }

    [Fact]
    public async Task Commits_come_at_intervals_and_not_with_each_record()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1);
        broker.Fill(0, 0, 200);
        await using HandlerTrial trial = HandlerTrial.Over(broker, environment);
        Handled handled = new();
        IPushConsumer handler = trial.Handle((record, _) => Note(handled, record));

        await Eventually.HoldsAsync(() => handled.Values.Count == 200);
        Assert.Empty(broker.Sent<OffsetCommitRequest>());
        environment.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => broker.Sent<OffsetCommitRequest>().Any());

        await trial.StopAsync(handler);
        Assert.InRange(broker.Sent<OffsetCommitRequest>().Count(), 1, 2);
        Assert.Equal(200, broker.Offsets[("g", new TopicPartition("orders", 0))]);
    }

    [Fact]
    public async Task Batches_are_full_or_as_old_as_they_may_become()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        for (int i = 0; i < 7; i++)
            await trial.AppendAsync("k", $"{i}");
        IPushConsumer handler = trial.HandleBatches(
            (records, _) =>
            {
                handled.Add(string.Concat(records.Select(record => record.Value)));
                return ValueTask.CompletedTask;
            },
            settings => settings.Batches(3, TimeSpan.FromSeconds(5)));

        await Eventually.HoldsAsync(() => handled.Values.Count == 2 && handler.Describe().InFlight == 1);
        Assert.Equal(["012", "345"], handled.Values);
        await trial.Environment.RunAsync(handled.CountAsync(3));

        Assert.Equal("6", handled.Values[2]);
        await trial.StopAsync(handler);
        Assert.Equal(7, await trial.CommittedAsync());
    }

    [Fact]
    public async Task A_handler_that_cannot_read_says_so_and_begins_anew()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1);
        broker.Fill(0, 0, 3);
        broker.Script = request =>
            request is OffsetFetchRequest ? new Fault { Error = ErrorCode.GroupAuthorizationFailed } : null;
        await using HandlerTrial trial = HandlerTrial.Over(broker, environment);
        LogLines lines = new();
        using (trial.Loggers = new Microsoft.Extensions.Logging.LoggerFactory([lines]))
        {
            Handled handled = new();
            IPushConsumer handler = trial.Handle((record, _) => Note(handled, record));

            await Eventually.HoldsAsync(() => handler.Describe().Failure is not null);
            Assert.Equal(HandlerState.Starting, handler.Describe().State);
            Assert.Contains(lines.Lines, line => line.StartsWith("5311 ", StringComparison.Ordinal));
            broker.Script = _ => null;
            await environment.RunAsync(handled.CountAsync(3));

            // It is well again once it has been for a while.
            Assert.Equal(HandlerState.Running, handler.Describe().State);
            Assert.NotNull(handler.Describe().Failure);
            environment.Time.Advance(TimeSpan.FromSeconds(30));
            Assert.Null(handler.Describe().Failure);
            await trial.StopAsync(handler);
            Assert.Equal(3, broker.Offsets[("g", new TopicPartition("orders", 0))]);
        }
    }

    [Fact]
    public async Task A_partition_that_the_topic_gets_is_handled_too()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        IPushConsumer handler = trial.Handle((record, _) => Note(handled, record));
        await trial.AppendAsync("k", "before");
        await trial.Environment.RunAsync(handled.CountAsync(1));

        await trial.Clients.Admin.CreatePartitionsAsync("orders", 2);
        await trial.Environment.RunAsync(trial.AppendAsync("k", "after", partition: 1));

        await trial.Environment.RunAsync(handled.CountAsync(2));
        Assert.Equal(["before", "after"], handled.Values);
        await trial.StopAsync(handler);
        Assert.Equal(1, await trial.CommittedAsync(1));
    }

    internal static ValueTask Note(Handled handled, Record<string, string> record)
    {
        handled.Add(record.Value);
        return ValueTask.CompletedTask;
    }
}
