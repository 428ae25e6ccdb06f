using Xunit;

namespace StreamLog.Tests.Node;

// Goal: what is used after its disposal says so at once, disposal is for any number of times, and stops in order.
public sealed class DisposalTests : NodeTest
{
    private static readonly TopicPartition Orders = new("orders", 0);
    private static readonly ProducerRecord<string, string> Entry = new("k", "v");

    [Fact]
    public async Task A_node_that_was_disposed_refuses_everything()
    {
        StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");
        IProducer<string, string> producer = node.CreateProducer<string, string>();
        await producer.AppendAsync("orders", Entry, Stop);
        IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([Orders], cancellationToken: Stop);
        IAdmin admin = node.Admin;

        await node.DisposeAsync();
        await node.DisposeAsync();

        await AssertStoppedAsync(async () => await orders.AppendAsync("k", "v", Stop));
        await AssertStoppedAsync(async () => await orders.EnqueueAsync("k", "v", Stop));
        await AssertStoppedAsync(async () => await ReadValuesAsync(orders));
        await AssertStoppedAsync(async () => await admin.CreateTopicAsync("more", cancellationToken: Stop));
        await AssertStoppedAsync(async () => await admin.DescribeTopicAsync("orders", Stop));
        await AssertStoppedAsync(async () => await producer.AppendAsync("orders", Entry, Stop));
        await AssertStoppedAsync(() => { node.CreateProducer<string, string>(); return Task.CompletedTask; });
        await AssertStoppedAsync(() => { node.CreateConsumer<string, string>(); return Task.CompletedTask; });
        await AssertStoppedAsync(() => { node.Topic<string, string>("orders"); return Task.CompletedTask; });
        await AssertStoppedAsync(() => { _ = node.Topics; return Task.CompletedTask; });
        await AssertStoppedAsync(async () =>
        {
            await foreach (Record<string, string> record in consumer.ReadAllAsync(Stop))
                Assert.Equal("v", record.Value);
        });
        await producer.DisposeAsync();
        await consumer.DisposeAsync();
    }

    [Fact]
    public async Task A_producer_that_was_disposed_says_so_and_has_sent_everything()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        IProducer<string, string> producer = node.CreateProducer<string, string>(
            options => options.Linger = TimeSpan.FromSeconds(5));
        for (int i = 0; i < 50; i++)
            await producer.EnqueueAsync("orders", new ProducerRecord<string, string>("k", $"{i}"), Stop);

        await producer.DisposeAsync();
        await producer.DisposeAsync();

        await AssertDisposedAsync(async () => await producer.AppendAsync("orders", Entry, Stop));
        await AssertDisposedAsync(async () => await producer.AppendAsync("orders", [Entry], Stop));
        await AssertDisposedAsync(async () => await producer.EnqueueAsync("orders", Entry, Stop));
        Assert.Throws<ObjectDisposedException>(() => producer.TryEnqueue("orders", Entry));
        await AssertDisposedAsync(async () => await producer.FlushAsync(Stop));
        Assert.Equal(
            Enumerable.Range(0, 50).Select(i => $"{i}"), await ReadValuesAsync(node.Topic<string, string>("orders")));
    }

    [Fact]
    public async Task A_consumer_that_was_disposed_says_so()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        IConsumer<string, string> consumer = node.CreateConsumer<string, string>(options => options.Group = "billing");
        await consumer.AssignAsync([Orders], cancellationToken: Stop);

        await consumer.DisposeAsync();
        await consumer.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await consumer.AssignAsync([Orders], cancellationToken: Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await consumer.SeekAsync(Orders, StartAt.Earliest, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await consumer.LagAsync(Orders, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await consumer.CommitAsync(Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await consumer.CommittedAsync(Orders, Stop));
        Assert.Throws<ObjectDisposedException>(() => consumer.Pause(Orders));
        Assert.Throws<ObjectDisposedException>(() => consumer.Position(Orders));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (Record<string, string> record in consumer.ReadAllAsync(Stop))
                Assert.Fail($"{record} was read after the end.");
        });
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_reader_that_waits_ends_when_its_consumer_is_disposed()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([Orders], cancellationToken: Stop);
        IAsyncEnumerator<Record<string, string>> reading = consumer.ReadAllAsync(Stop).GetAsyncEnumerator(Stop);
        Task<bool> waiting = reading.MoveNextAsync().AsTask();

        await consumer.DisposeAsync();

        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        await reading.DisposeAsync();
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_reader_that_waits_hears_that_its_node_stops()
    {
        StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await using IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([Orders], cancellationToken: Stop);
        await using IAsyncEnumerator<Record<string, string>> reading =
            consumer.ReadAllAsync(Stop).GetAsyncEnumerator(Stop);
        Task<bool> waiting = reading.MoveNextAsync().AsTask();

        await node.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.IsNotType<TimeoutException>(waiting.Exception?.InnerException);
    }

    [Fact]
    public async Task A_lease_that_was_disposed_says_so_and_gives_its_bytes_back_once()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await node.Topic<string, string>("orders").AppendAsync("k", "v", Stop);
        await using IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([Orders], StartAt.Earliest, Stop);

        await foreach (RecordLease lease in consumer.ReadLeasesAsync(Stop))
        {
            Assert.True(lease.TryRead(out RawRecord record));
            Assert.Equal("v"u8.ToArray(), record.Value.ToArray());
            lease.Dispose();
            lease.Dispose();
            Assert.Throws<ObjectDisposedException>(() => lease.TryRead(out _));
            Assert.Throws<ObjectDisposedException>(() => lease.ReadHeaders());
            break;
        }

        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_lease_that_outlives_its_node_keeps_its_bytes()
    {
        StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await node.Topic<string, string>("orders").AppendAsync("k", "v", Stop);
        IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([Orders], StartAt.Earliest, Stop);
        await using IAsyncEnumerator<RecordLease> reading = consumer.ReadLeasesAsync(Stop).GetAsyncEnumerator(Stop);
        Assert.True(await reading.MoveNextAsync());
        RecordLease lease = reading.Current;

        await consumer.DisposeAsync();
        await node.DisposeAsync();

        Assert.True(lease.TryRead(out RawRecord record));
        Assert.Equal("v"u8.ToArray(), record.Value.ToArray());
        lease.Dispose();
    }

    private static Task AssertDisposedAsync(Func<Task> call) => Assert.ThrowsAsync<ObjectDisposedException>(call);

    // The one or the other: both say that it is over.
    private static async Task AssertStoppedAsync(Func<Task> call)
    {
        Exception? thrown = await Xunit.Record.ExceptionAsync(() => call().WaitAsync(TimeSpan.FromSeconds(30), Stop));
        bool isRight = thrown is ObjectDisposedException ||
            thrown is StreamLogException { ErrorCode: ErrorCode.BrokerNotAvailable };
        Assert.True(isRight, $"A stopped node answered with {thrown?.ToString() ?? "success"}.");
    }
}
