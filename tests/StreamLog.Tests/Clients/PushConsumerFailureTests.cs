using StreamLog.Clients.Handling;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Handlers that fail: retries, dead letters, and what stays where it is.</summary>
public sealed class PushConsumerFailureTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_record_is_tried_again_after_its_pauses_and_holds_up_its_key_alone()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        int failures = 0;
        await trial.AppendAsync("bad", "bad:1");
        await trial.AppendAsync("bad", "bad:2");
        await trial.AppendAsync("good", "good:1");
        IPushConsumer handler = trial.Handle(
            (record, _) =>
            {
                if (record.Offset == 0 && Interlocked.Increment(ref failures) <= 2)
                    throw new InvalidOperationException("Not yet.");
                return PushConsumerTests.Note(handled, record);
            },
            settings => settings.Concurrency(perPartitionByKey: 1).Retry(Second, Second));

        // While the clock stands still, there is one attempt, and everybody else's work.
        await Eventually.HoldsAsync(() => handled.Values.Count == 1);
        Assert.Equal(["good:1"], handled.Values);
        Assert.Equal(1, failures);
        trial.Environment.Time.Advance(TimeSpan.FromMilliseconds(799));

        // One at a time, in turn: a lane whose time had come would have gone before this one.
        await trial.AppendAsync("good", "good:2");
        await Eventually.HoldsAsync(() => handled.Values.Count == 2);
        Assert.Equal(1, Volatile.Read(ref failures));

        await trial.Environment.RunAsync(handled.CountAsync(4));
        Assert.Equal(["good:1", "good:2", "bad:1", "bad:2"], handled.Values);
        Assert.Equal(3, failures);
        await trial.StopAsync(handler);
        Assert.Equal(4, await trial.CommittedAsync());
    }

    [Fact]
    public async Task A_record_that_fails_for_good_is_put_aside_with_where_it_was_and_why()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        RecordHeaders headers = new();
        headers.Add("color", "red");
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddDays(20_000);
        await trial.Clients.Topic("orders").AppendAsync(
            new ProducerRecord<string, string>("k", "v") { Headers = headers, Timestamp = time });
        await trial.AppendAsync("k", "next");
        IPushConsumer handler = trial.Handle(
            (record, _) => record.Offset == 0
                ? throw new InvalidOperationException("No such customer.")
                : PushConsumerTests.Note(handled, record),
            settings => settings.Retry(Second, Second).DeadLetterTo("dead"));

        await trial.Environment.RunAsync(handled.CountAsync(1));
        await trial.StopAsync(handler);

        Assert.Equal(2, await trial.CommittedAsync());
        Record<string, string> letter = Assert.Single(await trial.DeadLettersAsync());
        Assert.Equal(("k", "v"), (letter.Key, letter.Value));
        Assert.NotEqual(time, letter.Timestamp);
        Assert.Equal(
            [
                "color=red",
                "streamlog.dead-letter.topic=orders",
                "streamlog.dead-letter.partition=0",
                "streamlog.dead-letter.offset=0",
                $"streamlog.dead-letter.timestamp={time.ToUnixTimeMilliseconds()}",
                "streamlog.dead-letter.group=g",
                "streamlog.dead-letter.attempts=3",
                "streamlog.dead-letter.exception-type=System.InvalidOperationException",
                "streamlog.dead-letter.exception-message=No such customer.",
            ],
            letter.Headers.Select(header => $"{header.Key}={letter.Headers.GetText(header.Key)}"));
    }

    [Fact]
    public async Task A_dead_letter_that_is_too_large_goes_without_words_or_its_record_stands()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        int limit = new ProducerOptions().MaxRequestBytes;
        await trial.AppendAsync("a", new string('a', limit - 1_000));
        await trial.AppendAsync("b", new string('b', limit - 150));
        IPushConsumer handler = trial.Handle(
            (_, _) => throw new InvalidOperationException(new string('w', 5_000)),
            settings => settings.Concurrency(perPartitionByKey: 2).Retry().DeadLetterTo("dead"));

        await Eventually.HoldsAsync(() => handler.Describe() is { Paused.Count: 1, InFlight: 1 });
        Assert.Equal([new LogPosition("orders", 0, 1)], handler.Describe().Paused);
        await trial.StopAsync(handler);

        Record<string, string> letter = Assert.Single(await trial.DeadLettersAsync());
        Assert.Equal(("a", limit - 1_000), (letter.Key, letter.Value.Length));
        Assert.DoesNotContain(letter.Headers, header => header.Key == DeadLetterHeaders.ExceptionMessage);
        Assert.Equal(
            "System.InvalidOperationException", letter.Headers.GetText(DeadLetterHeaders.ExceptionType));
        Assert.Equal(1, await trial.CommittedAsync());
    }

    [Fact]
    public async Task A_record_that_cannot_be_decoded_is_put_aside_at_once_byte_by_byte()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        await trial.AppendAsync("k", "!poison");
        await trial.AppendAsync("k", "good");
        IPushConsumer handler = trial.Handle(
            (record, _) => PushConsumerTests.Note(handled, record),
            settings => settings.DeadLetterTo("dead"),
            new HandlerTrial.Picky());

        await trial.Environment.RunAsync(handled.CountAsync(1));
        await trial.StopAsync(handler);

        Assert.Equal(["good"], handled.Values);
        Assert.Equal(2, await trial.CommittedAsync());
        Record<string, string> letter = Assert.Single(await trial.DeadLettersAsync());
        Assert.Equal(("k", "!poison"), (letter.Key, letter.Value));
        Assert.Equal("1", letter.Headers.GetText(DeadLetterHeaders.Attempts));
        Assert.Equal("System.FormatException", letter.Headers.GetText(DeadLetterHeaders.ExceptionType));
    }

    [Fact]
    public async Task A_dead_letter_without_key_and_value_has_none_either()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        await trial.Clients.Topic("orders").AppendAsync(new ProducerRecord<string, string>(null!, null!));
        IPushConsumer handler = trial.Handle(
            (_, _) => throw new InvalidOperationException("No."), settings => settings.Retry().DeadLetterTo("dead"));

        await Eventually.HoldsAsync(() => trial.Clients.Harness.Broker.DescribeTopics()
            .Single(topic => topic.Name == "dead").Partitions[0].HighWatermark == 1);
        await trial.StopAsync(handler);

        Record<string, string> letter = Assert.Single(await trial.DeadLettersAsync());
        Assert.False(letter.HasKey);
        Assert.True(letter.IsTombstone);
    }

    [Fact]
    public async Task Nothing_is_skipped_without_being_asked_for_and_other_keys_go_on()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        await trial.AppendAsync("bad", "!poison");
        await trial.AppendAsync("bad", "behind");
        await trial.AppendAsync("good", "beside");
        IPushConsumer handler = trial.Handle(
            (record, _) => PushConsumerTests.Note(handled, record),
            settings => settings.Concurrency(perPartitionByKey: 1),
            new HandlerTrial.Picky());

        await trial.Environment.RunAsync(handled.CountAsync(1));

        Assert.Equal([new LogPosition("orders", 0, 0)], handler.Describe().Paused);
        Assert.Equal(HandlerState.Running, handler.Describe().State);
        await trial.StopAsync(handler);
        Assert.Equal(["beside"], handled.Values);
        Assert.Equal(0, await trial.CommittedAsync());
    }

    [Fact]
    public async Task A_handler_may_stop_at_a_record_that_fails_for_good()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        await trial.AppendAsync("a", "1");
        await trial.AppendAsync("b", "2");
        await trial.AppendAsync("c", "3");
        IPushConsumer handler = trial.Handle(
            (record, _) => record.Offset == 1 ? throw new InvalidOperationException("No.") : ValueTask.CompletedTask,
            settings => settings.Retry().WhenExhausted(WhenExhausted.Stop));

        await Eventually.HoldsAsync(() => handler.Describe().State == HandlerState.Stopped);

        Assert.Equal("No.", handler.Describe().Failure?.Message);
        Assert.Equal(1, await trial.CommittedAsync());
    }

    [Fact]
    public async Task A_record_may_be_skipped()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        await trial.AppendAsync("a", "1");
        await trial.AppendAsync("a", "2");
        IPushConsumer handler = trial.Handle(
            (record, _) => record.Offset == 0
                ? throw new InvalidOperationException("No.")
                : PushConsumerTests.Note(handled, record),
            settings => settings.Retry().WhenExhausted(WhenExhausted.Skip));

        await trial.Environment.RunAsync(handled.CountAsync(1));
        await trial.StopAsync(handler);
        Assert.Empty(handler.Describe().Paused);
        Assert.Equal(2, await trial.CommittedAsync());
    }

    [Fact]
    public async Task One_bad_record_takes_no_others_of_its_batch_along()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync();
        Handled handled = new();
        for (int i = 0; i < 6; i++)
            await trial.AppendAsync("k", $"{i}");
        IPushConsumer handler = trial.HandleBatches(
            (records, _) =>
            {
                if (records.Any(record => record.Offset == 1))
                    throw new InvalidOperationException("No.");
                handled.Add(string.Concat(records.Select(record => record.Value)));
                return ValueTask.CompletedTask;
            },
            settings => settings.Batches(3, Second).Retry(Second).DeadLetterTo("dead"));

        await trial.Environment.RunAsync(handled.CountAsync(3));
        await trial.StopAsync(handler);

        Assert.Equal(["0", "2", "345"], handled.Values);
        Assert.Equal("1", Assert.Single(await trial.DeadLettersAsync()).Value);
        Assert.Equal(6, await trial.CommittedAsync());
    }
}
