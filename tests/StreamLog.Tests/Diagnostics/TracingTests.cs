using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients.Handling;
using Xunit;

namespace StreamLog.Tests.Diagnostics;

/// <summary>A trace goes through the log: from who appends, by the record's headers, to who works on it.</summary>
public sealed class TracingTests : IDisposable
{
    private const string NodeName = "traced";

    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private readonly ActivityListener _listener;

    public TracingTests()
    {
        _listener = new ActivityListener
        {
            // This test's node, and what records start, which belongs to no node.
            ShouldListenTo = source => source.Name == StreamLogTelemetry.ActivitySourceName
                && (source.Tags is null || source.Tags.Any(tag => NodeName.Equals(tag.Value))),
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == _trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_handler_runs_in_the_trace_of_its_record_and_a_failed_attempt_is_marked()
    {
        await using StreamLogNode log = await StartAsync();
        TaskCompletionSource<Activity?> handled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int attempts = 0;
        IPushConsumer handler = ((IRunningLog)log).Handle<string, string>(
            new HandlerBuilder("orders", "billing", isBatch: false).Retry(TimeSpan.Zero).Build(),
            (_, _) =>
            {
                if (attempts++ == 0)
                    throw new InvalidOperationException("Not yet.");
                handled.SetResult(Activity.Current);
                return ValueTask.CompletedTask;
            });
        using (Around())
            await log.Topic<string, string>("orders").AppendAsync("a", "b");

        Activity? process = await handled.Task;
        await handler.StopAsync(CancellationToken.None);

        Activity send = One("send orders");
        Assert.Equal("process orders", process?.DisplayName);
        Assert.Equal(send.SpanId, Assert.Single(process!.Links).Context.SpanId);
        Assert.Equal("billing", process.GetTagItem("messaging.consumer.group.name"));
        Activity failed = _activities.Single(
            activity => activity.DisplayName == "process orders" && activity.Status == ActivityStatusCode.Error);
        Assert.Equal("System.InvalidOperationException", failed.GetTagItem("error.type"));
        Assert.NotSame(failed, process);
    }

    [Fact]
    public async Task A_trace_goes_on_where_the_record_is_worked_on()
    {
        await using StreamLogNode log = await StartAsync();
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        using (Around())
            await orders.AppendAsync(new ProducerRecord<string, string>("a", "b") { Headers = Headers(("x", "y")) });

        Record<string, string> record = Assert.Single(await ReadAsync(orders));
        using (Activity? processing = record.StartProcessing("billing"))
            Assert.Same(processing, Activity.Current);

        Activity send = One("send orders");
        Activity process = One("process orders");
        Assert.Equal(ActivityKind.Producer, send.Kind);
        Assert.Equal(ActivityKind.Consumer, process.Kind);
        Assert.Equal(send.TraceId, process.TraceId);
        Assert.Equal(send.SpanId, process.ParentSpanId);
        Assert.Equal(send.SpanId, Assert.Single(process.Links).Context.SpanId);
        Assert.True(process.HasRemoteParent);
        Assert.Equal(send.Id, record.Headers.GetText("traceparent"));
        Assert.Equal("vendor=7", record.Headers.GetText("tracestate"));
        Assert.Equal("y", record.Headers.GetText("x"));
        Assert.Equal(
            [
                "messaging.destination.name=orders", "messaging.destination.partition.id=0", "messaging.kafka.offset=0",
                "messaging.operation.name=send", "messaging.operation.type=send", "messaging.system=streamlog",
            ],
            TagsOf(send));
        Assert.Equal(
            [
                "messaging.consumer.group.name=billing", "messaging.destination.name=orders",
                "messaging.destination.partition.id=0", "messaging.kafka.offset=0", "messaging.operation.name=process",
                "messaging.operation.type=process", "messaging.system=streamlog",
            ],
            TagsOf(process));
    }

    [Fact]
    public async Task A_record_that_nobody_waits_for_is_created()
    {
        await using StreamLogNode log = await StartAsync();
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        using (Around())
        {
            await orders.EnqueueAsync("a", "b");
            Assert.True(orders.TryEnqueue("a", "c"));
        }

        await orders.FlushAsync();

        List<Record<string, string>> records = await ReadAsync(orders);
        Assert.Equal(
            _activities.Select(activity => (activity.DisplayName, activity.Id)),
            records.Select(record => ("create orders", record.Headers.GetText("traceparent"))));
    }

    [Fact]
    public async Task Records_that_are_sent_together_share_an_activity()
    {
        await using StreamLogNode log = await StartAsync();
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        using (Around())
            await orders.AppendAsync([new ProducerRecord<string, string>("a", "b"), new("c", "d")]);

        Activity send = One("send orders");
        Assert.Contains("messaging.batch.message_count=2", TagsOf(send));
        Assert.All(await ReadAsync(orders), record => Assert.Equal(send.SpanId, record.GetTraceContext().SpanId));
    }

    [Fact]
    public async Task A_failed_append_says_so()
    {
        await using StreamLogNode log = await StartAsync();
        using (Around())
        {
            await Assert.ThrowsAsync<StreamLogException>(async () =>
                await log.Topic<string, byte[]>("orders").AppendAsync("a", new byte[2 * 1024 * 1024]));
        }

        Activity send = One("send orders");
        Assert.Equal(ActivityStatusCode.Error, send.Status);
        Assert.Contains("error.type=MessageTooLarge", TagsOf(send));
    }

    [Fact]
    public async Task A_record_that_is_passed_on_carries_the_new_context_alone()
    {
        await using StreamLogNode log = await StartAsync();
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        RecordHeaders old = Headers(("traceparent", "00-11111111111111111111111111111111-2222222222222222-01"));
        using (Around())
            await orders.AppendAsync(new ProducerRecord<string, string>("a", "b") { Headers = old });

        Record<string, string> record = Assert.Single(await ReadAsync(orders));

        Assert.Equal(One("send orders").Id, record.Headers.GetText("traceparent"));
        Assert.Single(record.Headers, header => header.Key == "traceparent");
        Assert.Single(old); // The application's headers are its own.
    }

    [Fact]
    public async Task What_the_sampler_does_not_want_leaves_no_headers()
    {
        await using StreamLogNode log = await StartAsync();
        ITopic<string, string> orders = log.Topic<string, string>("orders");

        await orders.AppendAsync("a", "b");
        Record<string, string> record = Assert.Single(await ReadAsync(orders));

        Assert.Empty(record.Headers);
        Assert.Null(record.StartProcessing());
        Assert.Equal(default, record.GetTraceContext());
        Assert.Empty(_activities);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void A_context_that_cannot_be_read_is_none(string text)
    {
        Record<string, string> record = new(new LogPosition("orders", 0, 1), DateTimeOffset.UnixEpoch, "a", "b")
        {
            Headers = Headers(("traceparent", text)),
        };

        Assert.Equal(default, record.GetTraceContext());
    }

    [Fact]
    public void Within_another_activity_a_record_is_worked_on_as_part_of_that()
    {
        Record<string, string> record = new(new LogPosition("orders", 0, 1), DateTimeOffset.UnixEpoch, "a", "b")
        {
            Headers = Headers(("traceparent", "00-11111111111111111111111111111111-2222222222222222-01")),
        };
        using Activity around = Around();

        using Activity? process = record.StartProcessing();

        Assert.Equal(around.SpanId, process!.ParentSpanId);
        Assert.Equal("2222222222222222", Assert.Single(process.Links).Context.SpanId.ToHexString());
    }

    private static RecordHeaders Headers(params (string Name, string Value)[] headers)
    {
        RecordHeaders all = new();
        foreach ((string name, string value) in headers)
            all.Add(name, value);
        return all;
    }

    private static IEnumerable<string> TagsOf(Activity activity) =>
        activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal);

    private static async Task<List<Record<string, string>>> ReadAsync(ITopic<string, string> topic)
    {
        List<Record<string, string>> records = [];
        await foreach (Record<string, string> record in topic.ReadAsync(StartAt.Earliest))
            records.Add(record);
        return records;
    }

    private static async ValueTask<StreamLogNode> StartAsync()
    {
        StreamLogNode log = await StreamLogNode.StartAsync(
            new StreamLogOptions { InMemory = true },
            new NodeHost { NodeName = NodeName, Loggers = NullLoggerFactory.Instance },
            environment: null,
            CancellationToken.None);
        await log.Admin.CreateTopicAsync("orders");
        return log;
    }

    private Activity One(string name) => Assert.Single(_activities, activity => activity.DisplayName == name);

    /// <summary>Starts what a request to the application would be: an activity of this test's trace.</summary>
    private Activity Around()
    {
        Activity around = new("around") { TraceStateString = "vendor=7" };
        around.SetParentId(_trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        return around.Start();
    }
}
