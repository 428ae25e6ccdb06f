using Xunit;

namespace StreamLog.Tests.Node;

// Goal: whoever sets the wall clock back, or ahead and back, stops no client: what waits does so by a clock that never
// goes back, and offsets rise whatever the timestamps do.
public sealed class ClockTests : NodeTest
{
    [Theory]
    [InlineData(-1)]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task Producers_readers_and_groups_go_on(int days)
    {
        JumpingTime time = new();
        await using StreamLogNode node = await StartAsync(new TrialEnvironment { Time = time });
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");
        await using IProducer<string, string> lingering = node.CreateProducer<string, string>(
            options => options.Linger = TimeSpan.FromMilliseconds(20));
        List<string> sent = [];
        foreach (TimeSpan jump in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromDays(days), TimeSpan.FromDays(-days)])
        {
            time.Jump(jump);
            for (int i = 0; i < 5; i++)
            {
                string value = $"{jump} {i}";
                LogPosition position = i % 2 == 0
                    ? await orders.AppendAsync("key", value, Stop)
                    : await lingering.AppendAsync("orders", new ProducerRecord<string, string>("key", value), Stop);
                Assert.Equal(sent.Count, position.Offset);
                sent.Add(value);
            }

            await CommitAsync(node, sent.Count);
        }

        Assert.Equal(sent, await ReadValuesAsync(orders));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_after_the_clock_was_set_back()
    {
        JumpingTime time = new();
        await using StreamLogNode node = await StartAsync(new TrialEnvironment { Time = time });
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await using IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
        await consumer.AssignAsync([new TopicPartition("orders", 0)], cancellationToken: Stop);
        await using IAsyncEnumerator<Record<string, string>> reading =
            consumer.ReadAllAsync(Stop).GetAsyncEnumerator(Stop);
        Task<bool> waiting = reading.MoveNextAsync().AsTask();

        time.Jump(TimeSpan.FromDays(-1));
        await node.Topic<string, string>("orders").AppendAsync("key", "late", Stop);

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.Equal("late", reading.Current.Value);
    }

    private static async Task CommitAsync(StreamLogNode node, long offset)
    {
        TopicPartition orders = new("orders", 0);
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.Group = "billing");
        await consumer.CommitAsync(new Dictionary<TopicPartition, OffsetAndMetadata> { [orders] = new(offset) }, Stop);
        Assert.Equal(offset, (await consumer.CommittedAsync(orders, Stop))!.Value.Offset);
    }
}
