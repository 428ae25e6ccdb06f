using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a token cancelled at any step of any call ends the wait and nothing else: no buffer leaks, nothing hangs, the
// next call works, and what had been admitted has happened wholly or not at all.
// Method: the disk counts its operations, and cancels the call's token before the n-th of them, for every n until the
// call gets through; n = 0 is a token that was cancelled before.
public sealed class CancellationTests : NodeTest
{
    private static readonly TopicPartition Orders = new("orders", 0);

    public static TheoryData<string> Calls =>
    [
        "create", "delete", "partitions", "alter", "describe", "configs", "offsets", "trim", "commit", "committed",
        "append", "append-many", "enqueue", "flush", "assign", "read", "lag", "consume-commit",
    ];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_cancelled_at_any_step_harms_nothing(string call)
    {
        StepCountingFileSystem disk = new(new InMemoryFileSystem(256 * 1024 * 1024));
        await using StreamLogNode node = await StartAsync(new TrialEnvironment(disk));
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");
        await orders.AppendAsync("k", "first", Stop);

        bool cancelled = true;
        for (int n = 0; cancelled; n++)
        {
            Assert.InRange(n, 0, 200);
            cancelled = await CancelAsync(disk, node, call, n);
            await orders.AppendAsync("k", $"after {n}", Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Stop);
        }

        List<string> values = await ReadValuesAsync(orders);
        Assert.Equal(values.Count, values.Distinct().Count());
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_start_cancelled_at_any_step_leaves_the_directory_free_and_whole()
    {
        bool cancelled = true;
        for (int n = 0; cancelled; n++)
        {
            Assert.InRange(n, 0, 1000);
            StepCountingFileSystem disk = new(new InMemoryFileSystem(256 * 1024 * 1024));
            using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            Arm(disk, source, n);
            StreamLogOptions options = new() { DataDirectory = DataDirectory };
            try
            {
                StreamLogNode node = await StreamLogNode.StartAsync(
                    options, environment: new TrialEnvironment(disk), cancellationToken: source.Token);
                cancelled = source.IsCancellationRequested;
                disk.BeforeStep = null;
                await node.DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                disk.BeforeStep = null;
                await Task.Yield(); // As below: out of the step that cancelled.
            }

            await using StreamLogNode next = await StartAsync(new TrialEnvironment(disk));
            await AssertStillWorksAsync(next);
        }
    }

    [Fact]
    public async Task A_reader_cancelled_while_it_waits_loses_nothing()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");
        await using IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([Orders], StartAt.Earliest, Stop);
        List<string> read = [];

        for (int i = 0; i < 100; i++)
        {
            using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            Task reading = ReadIntoAsync(consumer, read, int.MaxValue, source.Token);
            if (i % 2 == 0)
                await source.CancelAsync();

            await orders.AppendAsync("k", $"{i}", Stop);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => reading.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        }

        await ReadIntoAsync(consumer, read, 100, Stop);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), read);
    }

    // Reads until it has so many, or is cancelled.
    private static async Task ReadIntoAsync(
        IConsumer<string, string> consumer, List<string> read, int end, CancellationToken cancellationToken)
    {
        if (read.Count == end)
            return;

        await foreach (Record<string, string> record in consumer.ReadAllAsync(cancellationToken))
        {
            read.Add(record.Value);
            if (read.Count == end)
                return;
        }
    }

    private static async Task<bool> CancelAsync(StepCountingFileSystem disk, StreamLogNode node, string call, int n)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await PrepareAsync(node, call, n);
        Arm(disk, source, n);
        try
        {
            await CallAsync(node, call, n, source.Token).WaitAsync(TimeSpan.FromSeconds(30), Stop);
            return n == 0 || source.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            Assert.True(source.IsCancellationRequested, "It ended as if cancelled, and nobody had asked for that.");

            // Cancelling runs this from within a step of the disk. The next call is not part of that step.
            disk.BeforeStep = null;
            await Task.Yield();
            return true;
        }
        finally
        {
            disk.BeforeStep = null;
        }
    }

    private static void Arm(StepCountingFileSystem disk, CancellationTokenSource source, int n)
    {
        disk.Restart();
        disk.BeforeStep = (step, _) =>
        {
            if (step == n)
                source.Cancel();
        };
        if (n == 0)
            source.Cancel();
    }

    // What the call works on, and must not yet be there or must be.
    private static async Task PrepareAsync(StreamLogNode node, string call, int n)
    {
        if (call is "delete" or "partitions" or "alter")
            await node.Admin.CreateTopicAsync($"topic-{n}", cancellationToken: Stop);
    }

    private static async Task CallAsync(StreamLogNode node, string call, int n, CancellationToken token)
    {
        switch (call)
        {
            case "create":
                await node.Admin.CreateTopicAsync($"topic-{n}", partitions: 2, cancellationToken: token);
                break;
            case "delete":
                await node.Admin.DeleteTopicAsync($"topic-{n}", token);
                break;
            case "partitions":
                await node.Admin.CreatePartitionsAsync($"topic-{n}", 3, token);
                break;
            case "alter":
                await node.Admin.AlterConfigsAsync(
                    $"topic-{n}", new Dictionary<string, string?> { ["segment.bytes"] = "2000" }, token);
                break;
            case "describe":
                await node.Admin.DescribeTopicAsync("orders", token);
                break;
            case "configs":
                await node.Admin.DescribeConfigsAsync("orders", token);
                break;
            case "offsets":
                await node.Admin.ListOffsetsAsync([Orders], StartAt.Latest, token);
                break;
            case "trim":
                await node.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [Orders] = -1 }, token);
                break;
            case "commit":
                await node.Admin.AlterGroupOffsetsAsync(
                    "billing", new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = new(n) }, token);
                break;
            case "committed":
                await node.Admin.ListGroupOffsetsAsync("billing", token);
                break;
            default:
                await CallClientAsync(node, call, n, token);
                break;
        }
    }

    private static async Task CallClientAsync(StreamLogNode node, string call, int n, CancellationToken token)
    {
        await using IProducer<string, string> producer = node.CreateProducer<string, string>();
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.Group = "billing");
        ProducerRecord<string, string> record = new("k", $"{call} {n}");
        switch (call)
        {
            case "append":
                await producer.AppendAsync("orders", record, token);
                break;
            case "append-many":
                await producer.AppendAsync("orders", [record, record with { Value = $"{call} {n} too" }], token);
                break;
            case "enqueue":
                await producer.EnqueueAsync("orders", record, token);
                break;
            case "flush":
                await producer.EnqueueAsync("orders", record, Stop);
                await producer.FlushAsync(token);
                break;
            case "assign":
                await consumer.AssignAsync([Orders], StartAt.Earliest, token);
                break;
            case "read":
                await consumer.AssignAsync([Orders], StartAt.Earliest, Stop);
                await foreach (Record<string, string> _ in consumer.ReadAllAsync(token))
                    break;
                break;
            case "lag":
                await consumer.AssignAsync([Orders], StartAt.Earliest, Stop);
                await consumer.LagAsync(Orders, token);
                break;
            default:
                await consumer.AssignAsync([Orders], StartAt.Earliest, Stop);
                await consumer.CommitAsync(token);
                break;
        }
    }
}
