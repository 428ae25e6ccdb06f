using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: what is too large is refused with both sizes, before it costs anything, and what fits goes on.
public sealed class SizeLimitTests : NodeTest
{
    [Fact]
    public async Task A_record_above_the_producers_limit_is_refused_at_admission()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await using IProducer<string, string> producer =
            node.CreateProducer<string, string>(options => options.MaxRequestBytes = 1000);
        ProducerRecord<string, string> large = new("k", new string('x', 1000));

        await AssertRefusedAsync(
            ErrorCode.MessageTooLarge, async () => await producer.AppendAsync("orders", large, Stop), "1000");
        await AssertRefusedAsync(
            ErrorCode.MessageTooLarge, async () => await producer.EnqueueAsync("orders", large, Stop), "1000");

        ProducerRecord<string, string> small = new("k", "small");
        LogPosition position = await producer.AppendAsync("orders", small, Stop);
        await producer.FlushAsync(Stop);
        Assert.Equal(new LogPosition("orders", 0, 0), position);
    }

    [Fact]
    public async Task A_record_above_the_topics_limit_is_refused_and_the_producer_goes_on()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        Dictionary<string, string> configs = new() { ["max.message.bytes"] = "500" };
        await node.Admin.CreateTopicAsync("orders", configs: configs, cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");

        await orders.AppendAsync("k", "before", Stop);
        await AssertRefusedAsync(
            ErrorCode.MessageTooLarge,
            async () => await orders.AppendAsync("k", new string('x', 600), Stop),
            "500",
            "max.message.bytes");
        await orders.AppendAsync("k", "after", Stop);

        Assert.Equal(["before", "after"], await ReadValuesAsync(orders));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task The_size_that_a_topic_just_takes_is_taken()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        Dictionary<string, string> configs = new() { ["max.message.bytes"] = "500" };
        await node.Admin.CreateTopicAsync("orders", configs: configs, cancellationToken: Stop);

        int taken = 0;
        for (int size = 400; size <= 500; size++)
        {
            string value = new('x', size);
            using RecordBuffer batch = RawProducing.Batch([value]);
            ErrorCode code = (await RawProducing.ProduceAsync(node.Broker, new("orders", 0), batch, Stop)).ErrorCode;
            Assert.Equal(batch.Length <= 500 ? ErrorCode.None : ErrorCode.MessageTooLarge, code);
            taken += code == ErrorCode.None ? 1 : 0;
        }

        Assert.InRange(taken, 1, 100);
    }

    [Fact]
    public async Task A_record_larger_than_a_segment_is_stored_alone_or_refused_by_name()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        Dictionary<string, string> configs = new() { ["segment.bytes"] = "1000" };
        await node.Admin.CreateTopicAsync("orders", configs: configs, cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");

        // Kafka: RECORD_LIST_TOO_LARGE, since a batch is never split over segments.
        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            async () => await orders.AppendAsync("k", new string('x', 5000), Stop));
        Assert.Equal(ErrorCode.RecordListTooLarge, refused.ErrorCode);
        Assert.Contains("segment.bytes", refused.Message, StringComparison.Ordinal);

        await orders.AppendAsync("k", "small", Stop);
        Assert.Equal(["small"], await ReadValuesAsync(orders));
    }

    [Fact]
    public async Task A_node_in_memory_that_is_full_says_so_and_still_reads()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(
            new StreamLogOptions { InMemory = true, MemoryLimit = 1024 * 1024 }, cancellationToken: Stop);
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await node.Admin.CreateTopicAsync("other", cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");

        int acknowledged = 0;
        StreamLogException? full = null;
        string value = new('x', 50_000);
        for (; full is null && acknowledged < 100; acknowledged += full is null ? 1 : 0)
        {
            try
            {
                await orders.AppendAsync("k", value, Stop);
            }
            catch (StreamLogException exception)
            {
                full = exception;
            }
        }

        Assert.NotNull(full);
        Assert.Equal(ErrorCode.StorageFull, full.ErrorCode);
        Assert.Contains(nameof(StreamLogOptions.MemoryLimit), full.Message, StringComparison.Ordinal);
        Assert.InRange(acknowledged, 5, 21);
        Assert.Equal(acknowledged, (await ReadValuesAsync(orders)).Count);

        // A full disk is not a broken one: with room again, appends go on.
        await node.Admin.DeleteTopicAsync("orders", Stop);
        await node.Topic<string, string>("other").AppendAsync("k", "fits again", Stop);
        Assert.Equal(["fits again"], await ReadValuesAsync(node.Topic<string, string>("other")));
    }
}
