using StreamLog.Clients;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Queues as applications see them.</summary>
public sealed class ShareConsumerTests
{
    [Fact]
    public async Task What_the_reader_goes_past_is_done()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "one", "two", "three");
        await using (IShareConsumer<string, string> consumer = topic.ConsumeShared("workers"))
        {
            Assert.Equal("workers", consumer.Group);
            Assert.Equal(["one x1", "two x1"], await TakeAsync(clients, consumer, 2));
        }

        // The reader has left the loop with the second, and has not come past it.
        await using IShareConsumer<string, string> next = topic.ConsumeShared("workers");
        Assert.Equal(["two x2", "three x1"], await TakeAsync(clients, next, 2));
    }

    [Fact]
    public async Task Consumers_of_a_group_share_the_records_of_one_partition()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "one", "two", "three", "four");
        await using IShareConsumer<string, string> a = topic.ConsumeShared("workers", Explicit);
        await using IShareConsumer<string, string> b = topic.ConsumeShared("workers", Explicit);

        List<SharedRecord<string, string>> first = await ReadAsync(clients, a, 2);
        List<SharedRecord<string, string>> second = await ReadAsync(clients, b, 2);
        Assert.Equal(
            ["four", "one", "three", "two"],
            first.Concat(second).Select(record => record.Value).Order(StringComparer.Ordinal));
        foreach (SharedRecord<string, string> record in first)
            a.Accept(record);
        await clients.Harness.Environment.RunAsync(a.CommitAsync());

        static void Explicit(ShareConsumerOptions options)
        {
            options.Acknowledge = AcknowledgeMode.Explicit;
            options.MaxRecords = 2;
        }
    }

    [Fact]
    public async Task What_is_committed_is_done_after_a_power_cut_and_the_rest_comes_again()
    {
        BrokerHarness harness = await BrokerHarness.StartAsync(
            new StreamLogOptions { AutoCreateTopics = true }, new SimulatedDisk());
        LocalClients clients = LocalClients.Over(harness);
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "one", "two", "three");
        IShareConsumer<string, string> consumer = topic.ConsumeShared(
            "workers", options => options.Acknowledge = AcknowledgeMode.Explicit);
        List<SharedRecord<string, string>> records = await ReadAsync(clients, consumer, 3);
        consumer.Accept(records[1]);
        consumer.Release(records[2]);
        await harness.Environment.RunAsync(consumer.CommitAsync());

        await using LocalClients again = LocalClients.Over(await harness.CrashAsync());
        await using IShareConsumer<string, string> next = again.Topic("jobs").ConsumeShared("workers");
        Assert.Equal(["one x1", "three x2"], await TakeAsync(again, next, 2));
    }

    [Fact]
    public async Task A_lock_that_runs_out_is_told_and_one_that_is_renewed_holds()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "one", "two");
        await using IShareConsumer<string, string> consumer = topic.ConsumeShared(
            "workers", options => options.Acknowledge = AcknowledgeMode.Explicit);
        List<SharedRecord<string, string>> records = await ReadAsync(clients, consumer, 2);

        clients.Harness.Time.Advance(TimeSpan.FromSeconds(20));
        await clients.Harness.Environment.RunAsync(consumer.RenewAsync(records[0]));
        clients.Harness.Time.Advance(TimeSpan.FromSeconds(15));
        consumer.Accept(records[0]);
        await clients.Harness.Environment.RunAsync(consumer.CommitAsync());

        consumer.Accept(records[1]);
        StreamLogException lost = await Assert.ThrowsAsync<StreamLogException>(
            () => clients.Harness.Environment.RunAsync(consumer.CommitAsync()));
        Assert.Equal(ErrorCode.InvalidRecordState, lost.ErrorCode);
        Assert.Equal(["two x2"], await TakeAsync(clients, consumer, 1));
        await Assert.ThrowsAsync<StreamLogException>(() => consumer.RenewAsync(records[1]).AsTask());
    }

    [Fact]
    public async Task A_rejected_record_becomes_a_dead_letter_and_so_does_one_that_had_its_chances()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "bad", "poison", "good");
        await using IShareConsumer<string, string> consumer = topic.ConsumeShared("workers", options =>
        {
            options.Acknowledge = AcknowledgeMode.Explicit;
            options.DeadLetterTopic = "jobs-dead";
            options.MaxDeliveries = 2;
        });
        List<SharedRecord<string, string>> records = await ReadAsync(clients, consumer, 3);
        consumer.Reject(records[0], new InvalidOperationException("It is no job."));
        consumer.Release(records[1]);
        consumer.Accept(records[2]);
        consumer.Release(Assert.Single(await ReadAsync(clients, consumer, 1)));
        await clients.Harness.Environment.RunAsync(consumer.CommitAsync());

        List<Record<string, string>> dead = await ReadAllAsync(clients, clients.Topic("jobs-dead"));
        Assert.Equal(["bad", "poison"], dead.Select(letter => letter.Value).Order(StringComparer.Ordinal));
        Record<string, string> bad = dead.Single(letter => letter.Value == "bad");
        Assert.Equal("jobs", Text(bad, DeadLetterHeaders.Topic));
        Assert.Equal("0", Text(bad, DeadLetterHeaders.Offset));
        Assert.Equal("workers", Text(bad, DeadLetterHeaders.Group));
        Assert.Equal("1", Text(bad, DeadLetterHeaders.Attempts));
        Assert.Equal("It is no job.", Text(bad, DeadLetterHeaders.ExceptionMessage));
        Assert.Equal("2", Text(dead.Single(letter => letter.Value == "poison"), DeadLetterHeaders.Attempts));

        // Nothing is left of the queue.
        await AppendAsync(topic, "next");
        Assert.Equal(["next x1"], await TakeAsync(clients, consumer, 1));
    }

    [Fact]
    public async Task A_consumer_that_was_put_out_joins_again()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "one");
        await using IShareConsumer<string, string> consumer = topic.ConsumeShared("workers");
        IAsyncEnumerator<SharedRecord<string, string>> reader = consumer.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await clients.Harness.Environment.RunAsync(reader.MoveNextAsync()));

        // All of it at once: to the broker the member was silent for two minutes.
        clients.Harness.Time.Advance(TimeSpan.FromMinutes(2));
        await AppendAsync(topic, "two");
        Assert.True(await clients.Harness.Environment.RunAsync(reader.MoveNextAsync()));
        Assert.Contains(reader.Current.Value, (string[])["one", "two"]);
        await clients.Harness.Environment.RunAsync(reader.DisposeAsync());
    }

    [Fact]
    public async Task A_reader_ends_by_its_token_and_by_disposal()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        IShareConsumer<string, string> consumer = topic.ConsumeShared("workers");
        using CancellationTokenSource ending = new();
        Task<List<SharedRecord<string, string>>> reading = ReadAsync(clients, consumer, 1, ending.Token);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        reading = ReadAsync(clients, consumer, 1);
        await clients.Harness.Environment.RunAsync(consumer.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => consumer.CommitAsync().AsTask());
        await consumer.DisposeAsync();
    }

    [Fact]
    public async Task A_consumer_that_is_disposed_while_it_waits_gives_back_what_it_has()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        await AppendAsync(topic, "one");
        IShareConsumer<string, string> consumer = topic.ConsumeShared("workers", options =>
        {
            options.Acknowledge = AcknowledgeMode.Explicit;
            options.FetchMaxWait = TimeSpan.FromHours(1);
        });
        await ReadAsync(clients, consumer, 1);
        ValueTask<bool> waiting = consumer.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync();
        await clients.Harness.Environment.RunAsync(consumer.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.AsTask());

        // At once, and not when its lock has run out.
        DateTimeOffset before = clients.Harness.Time.GetUtcNow();
        await using IShareConsumer<string, string> next = topic.ConsumeShared("workers");
        Assert.Equal(["one x1"], await TakeAsync(clients, next, 1));
        Assert.True(clients.Harness.Time.GetUtcNow() - before < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused()
    {
        await using LocalClients clients = await StartAsync();
        TopicHandle<string, string> topic = clients.Topic("jobs");
        Assert.Throws<ArgumentException>(() => topic.ConsumeShared(""));
        Assert.Throws<StreamLogException>(() => topic.ConsumeShared("g", options => options.MaxRecords = 0));
        Assert.Throws<StreamLogException>(() => topic.ConsumeShared("g", options => options.MaxDeliveries = 5));
        Assert.Throws<StreamLogException>(() => topic.ConsumeShared("g", options => options.DeadLetterTopic = "jobs"));
        Assert.Throws<StreamLogException>(() => topic.ConsumeShared("g", options => options.DeadLetterTopic = "a b"));
    }

    private static Task<LocalClients> StartAsync() =>
        LocalClients.StartAsync(new StreamLogOptions { AutoCreateTopics = true });

    private static async Task AppendAsync(TopicHandle<string, string> topic, params string[] values)
    {
        foreach (string value in values)
            await topic.AppendAsync("k", value);
    }

    private static async Task<string[]> TakeAsync(
        LocalClients clients, IShareConsumer<string, string> consumer, int count) =>
        [.. (await ReadAsync(clients, consumer, count)).Select(record => $"{record.Value} x{record.DeliveryCount}")];

    private static Task<List<SharedRecord<string, string>>> ReadAsync(
        LocalClients clients,
        IShareConsumer<string, string> consumer,
        int count,
        CancellationToken cancellationToken = default)
    {
        return clients.Harness.Environment.RunAsync(ReadAsync());

        async Task<List<SharedRecord<string, string>>> ReadAsync()
        {
            List<SharedRecord<string, string>> records = [];
            await foreach (SharedRecord<string, string> record in consumer.ReadAllAsync(cancellationToken))
            {
                records.Add(record);
                if (records.Count == count)
                    break;
            }

            return records;
        }
    }

    private static Task<List<Record<string, string>>> ReadAllAsync(
        LocalClients clients, TopicHandle<string, string> topic)
    {
        return clients.Harness.Environment.RunAsync(ReadAsync());

        async Task<List<Record<string, string>>> ReadAsync()
        {
            List<Record<string, string>> records = [];
            await foreach (Record<string, string> record in topic.ReadAsync(StartAt.Earliest))
                records.Add(record);
            return records;
        }
    }

    private static string Text(Record<string, string> record, string header) =>
        System.Text.Encoding.UTF8.GetString(record.Headers.Last(h => h.Key == header).Value!.Value.Span);
}
