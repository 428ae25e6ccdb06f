using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class ProducerLimitTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 2);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Without_room_appends_wait_in_order_and_TryEnqueue_says_so()
    {
        await using Producer<string, string> producer = await CreateFullAsync();

        List<Task> waits = [];
        for (int i = 0; i < 10; i++)
            waits.Add(producer.EnqueueAsync("orders", new("k", $"{i}") { Partition = 1 }).AsTask());
        bool isTaken = producer.TryEnqueue("orders", new("k", "no room") { Partition = 1 });
        Assert.All(waits, wait => Assert.False(wait.IsCompleted));
        _gate.SetResult();
        await Task.WhenAll(waits);
        await producer.FlushAsync();

        Assert.False(isTaken);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Values(1));
        Assert.True(producer.TryEnqueue("orders", new("k", "room") { Partition = 1 }));
    }

    [Fact]
    public async Task A_wait_for_room_that_is_cancelled_appends_nothing_and_holds_up_nobody()
    {
        await using Producer<string, string> producer = await CreateFullAsync();
        using CancellationTokenSource stop = new();

        Task enqueue = producer.EnqueueAsync("orders", new("k", "cancelled") { Partition = 1 }, stop.Token).AsTask();
        Task append = producer.AppendAsync("orders", new("k", "cancelled") { Partition = 1 }, stop.Token).AsTask();
        Task kept = producer.EnqueueAsync("orders", new("k", "kept") { Partition = 1 }).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enqueue);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append);
        _gate.SetResult();
        await kept;
        await producer.FlushAsync();

        Assert.Equal(["kept"], Values(1));
    }

    [Fact]
    public async Task A_wait_for_room_ends_after_MaxBlock()
    {
        await using Producer<string, string> producer = await CreateFullAsync();

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            () => _environment.RunAsync(producer.EnqueueAsync("orders", new("k", "v") { Partition = 1 })));
        _gate.SetResult();
        await producer.FlushAsync();

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.Contains("BufferBytes", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was appended", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Values(1));
    }

    [Fact]
    public async Task A_wait_for_an_acknowledgement_that_is_cancelled_leaves_the_record()
    {
        await using Producer<string, string> producer = await CreateFullAsync();
        _gate.SetResult();
        await producer.FlushAsync();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _broker.Script = request => request is ProduceRequest ? new Fault { Until = held.Task } : null;
        using CancellationTokenSource stop = new();

        Task append = producer.AppendAsync("orders", new("k", "v") { Partition = 1 }, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append);
        held.SetResult();
        await producer.FlushAsync();

        Assert.Equal(["v"], Values(1));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_before_appends_nothing()
    {
        await using Producer<string, string> producer = Create();
        CancellationToken cancelled = new(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await producer.AppendAsync("orders", new("k", "v"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await producer.EnqueueAsync("orders", new("k", "v"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await producer.AppendAsync("orders", [new("k", "v")], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await producer.FlushAsync(cancelled));

        Assert.Empty(_broker.Sent<ProduceRequest>());
    }

    [Fact]
    public async Task Disposal_sends_what_waits_and_refuses_what_comes_later()
    {
        Producer<string, string> producer = await CreateFullAsync();
        Task<LogPosition> open = producer.AppendAsync("orders", new("k", "in line") { Partition = 1 }).AsTask();

        Task[] disposals = [producer.DisposeAsync().AsTask(), producer.DisposeAsync().AsTask()];
        await Assert.ThrowsAsync<ObjectDisposedException>(() => open);
        _gate.SetResult();
        await Task.WhenAll(disposals);

        Assert.NotEmpty(Values(0));
        Assert.Throws<ObjectDisposedException>(() => { _ = producer.AppendAsync("orders", new("k", "v")); });
        Assert.Throws<ObjectDisposedException>(() => producer.TryEnqueue("orders", new("k", "v")));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await producer.FlushAsync());
    }

    [Fact]
    public async Task Disposal_gives_up_what_nobody_acknowledges_within_the_delivery_timeout()
    {
        Producer<string, string> producer = Create();
        await producer.AppendAsync("orders", new("k", "v") { Partition = 0 });
        _broker.Script = request => request is ProduceRequest ? new Fault { LosesRequest = true } : null;
        Task<LogPosition> lost = producer.AppendAsync("orders", new("k", "lost") { Partition = 0 }).AsTask();

        await _environment.RunAsync(producer.DisposeAsync());

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(() => lost);
        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
    }

    [Fact]
    public async Task Appends_that_race_with_disposal_are_acknowledged_or_refused()
    {
        for (int round = 0; round < 10; round++)
        {
            Producer<string, string> producer = Create();
            int before = Values(0).Count();
            int acknowledged = 0;
            Task[] appends = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        await producer.AppendAsync("orders", new("k", "v") { Partition = 0 });
                        Interlocked.Increment(ref acknowledged);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The end of the race.
                }
            }))];
            await Eventually.HoldsAsync(() => Volatile.Read(ref acknowledged) > 10);
            await producer.DisposeAsync();
            await Task.WhenAll(appends);

            Assert.Equal(acknowledged, Values(0).Count() - before);
        }
    }

    // Goal: a log remembers the last five batches of a producer, so a sixth behind one in doubt would make a retry of
    // that look new. Method: the answers for one batch are lost, and all others are answered at once.
    [Fact]
    public async Task No_more_is_sent_behind_a_batch_in_doubt_than_the_log_remembers()
    {
        await using Producer<string, string> producer = Create(options =>
        {
            options.BatchBytes = 1;
            options.RequestTimeout = TimeSpan.FromSeconds(1);
        });
        await producer.AppendAsync("orders", new("k", "first") { Partition = 0 });
        int lost = 0;
        _broker.Script = request => IsInDoubt(request) && ++lost <= 2 ? new Fault { LosesAnswer = true } : null;

        List<Task> appends = [producer.AppendAsync("orders", new("k", "doubt") { Partition = 0 }).AsTask()];
        for (int i = 0; i < 20; i++)
            appends.Add(producer.AppendAsync("orders", new("k", $"{i}") { Partition = 0 }).AsTask());
        await _environment.RunAsync(Task.WhenAll(appends));

        Assert.Equal(["first", "doubt", .. Enumerable.Range(0, 20).Select(i => $"{i}")], Values(0));
    }

    [Fact]
    public async Task A_batch_larger_than_the_topic_takes_is_split()
    {
        await using Producer<string, string> producer = Create(options => options.Linger = TimeSpan.FromSeconds(1));
        _broker.MaxMessageBytes = 200;

        IReadOnlyList<LogPosition> positions = await _environment.RunAsync(producer.AppendAsync(
            "orders", Enumerable.Range(
                0, 50).Select(i => new ProducerRecord<string, string>("k", $"{i}") { Partition = 0 })));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), positions.Select(position => position.Offset));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), Values(0));
    }

    private static bool IsInDoubt(object request) =>
        request is ProduceRequest { TopicData: [{ PartitionData: [{ Records: { } records }] }] }
        && records.Span.IndexOf("doubt"u8) >= 0;

    /// <summary>Returns a producer whose buffer is full, until the gate opens.</summary>
    private async Task<Producer<string, string>> CreateFullAsync()
    {
        Producer<string, string> producer = Create(options => options.BufferBytes = 1024);
        await producer.AppendAsync("orders", new("k", "first") { Partition = 0 });
        _broker.Script = request => request is ProduceRequest ? new Fault { Until = _gate.Task } : null;
        while (producer.TryEnqueue("orders", new("k", new string('x', 50)) { Partition = 0 }))
        {
        }

        return producer;
    }

    private Producer<string, string> Create(Action<ProducerOptions>? configure = null)
    {
        ProducerOptions options = new()
        {
            MaxBlock = TimeSpan.FromSeconds(5),
            RequestTimeout = TimeSpan.FromMinutes(1),
            DeliveryTimeout = TimeSpan.FromMinutes(2),
        };
        configure?.Invoke(options);
        return new Producer<string, string>(
            _broker, _environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
    }

    private IEnumerable<string> Values(int partition) => _broker.Partition("orders", partition).Records()
        .Select(record => System.Text.Encoding.UTF8.GetString(record.Value));
}
