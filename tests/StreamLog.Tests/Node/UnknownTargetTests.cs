using Xunit;

namespace StreamLog.Tests.Node;

// Goal: calls about what is not there say which topic or partition that is, at once, and harm nothing.
public sealed class UnknownTargetTests : NodeTest
{
    private static readonly TopicPartition Nowhere = new("nowhere", 0);
    private static readonly TopicPartition Behind = new("orders", 2);

    public static TheoryData<string> Calls =>
    [
        "describe", "delete", "configs", "alter", "partitions", "offsets", "trim", "assign", "append",
        "enqueue", "read", "commit",
    ];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task An_unknown_topic_is_named(string call)
    {
        await using StreamLogNode node = await StartInMemoryAsync();

        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition, async () => await CallAsync(node, call, Nowhere), "nowhere");

        Assert.Empty(await node.Admin.ListTopicsAsync(cancellationToken: Stop));
        await AssertStillWorksAsync(node);
    }

    [Theory]
    [InlineData("offsets")]
    [InlineData("trim")]
    [InlineData("assign")]
    [InlineData("append")]
    [InlineData("enqueue")]
    [InlineData("commit")]
    public async Task An_unknown_partition_is_named(string call)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", partitions: 2, cancellationToken: Stop);

        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition, async () => await CallAsync(node, call, Behind), "orders", "2");

        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_topic_that_was_deleted_is_unknown_and_can_be_created_anew_empty()
    {
        TrialEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
        {
            await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
            await node.Topic<string, string>("orders").AppendAsync("k", "old", Stop);
            Guid first = (await node.Admin.DescribeTopicAsync("orders", Stop)).TopicId;

            await node.Admin.DeleteTopicAsync("orders", Stop);
            await AssertRefusedAsync(
                ErrorCode.UnknownTopicOrPartition, async () => await CallAsync(node, "append", new("orders", 0)));

            await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
            Assert.NotEqual(first, (await node.Admin.DescribeTopicAsync("orders", Stop)).TopicId);
            LogPosition position = await node.Topic<string, string>("orders").AppendAsync("k", "new", Stop);
            Assert.Equal(0, position.Offset);
        }

        await using StreamLogNode again = await StartAsync(environment);
        Assert.Equal(["new"], await ReadValuesAsync(again.Topic<string, string>("orders")));
    }

    private static async Task CallAsync(StreamLogNode node, string call, TopicPartition target)
    {
        Dictionary<TopicPartition, long> before = new() { [target] = 0 };
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = new() { [target] = new OffsetAndMetadata(0) };
        switch (call)
        {
            case "describe":
                await node.Admin.DescribeTopicAsync(target.Topic, Stop);
                break;
            case "delete":
                await node.Admin.DeleteTopicAsync(target.Topic, Stop);
                break;
            case "configs":
                await node.Admin.DescribeConfigsAsync(target.Topic, Stop);
                break;
            case "alter":
                await node.Admin.AlterConfigsAsync(
                    target.Topic, new Dictionary<string, string?> { ["segment.bytes"] = "2000" }, Stop);
                break;
            case "partitions":
                await node.Admin.CreatePartitionsAsync(target.Topic, 9, Stop);
                break;
            case "offsets":
                await node.Admin.ListOffsetsAsync([target], StartAt.Latest, Stop);
                break;
            case "trim":
                await node.Admin.DeleteRecordsAsync(before, Stop);
                break;
            case "commit":
                await node.Admin.AlterGroupOffsetsAsync("billing", offsets, Stop);
                break;
            case "read":
                await ReadValuesAsync(node.Topic<string, string>(target.Topic));
                break;
            default:
                await CallClientAsync(node, call, target);
                break;
        }
    }

    private static async Task CallClientAsync(StreamLogNode node, string call, TopicPartition target)
    {
        ProducerRecord<string, string> record = new("key", "value") { Partition = target.Partition };
        if (call == "assign")
        {
            await using IConsumer<string, string> consumer = node.CreateConsumer<string, string>();
            await consumer.AssignAsync([target], StartAt.Earliest, Stop);
            return;
        }

        await using IProducer<string, string> producer = node.CreateProducer<string, string>();
        if (call == "append")
        {
            await producer.AppendAsync(target.Topic, record, Stop);
            return;
        }

        await producer.EnqueueAsync(target.Topic, record, Stop);
        await producer.FlushAsync(Stop);
    }
}
