using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: an offset outside the log is said to be so, with the range there is, wherever it is named.
public sealed class OffsetRangeTests : NodeTest
{
    private static readonly TopicPartition Orders = new("orders", 0);

    [Theory]
    [InlineData(11L)]
    [InlineData(2L)]
    [InlineData(long.MaxValue)]
    public async Task Reading_outside_the_log_without_a_reset_policy_fails(long offset)
    {
        await using StreamLogNode node = await StartWithRecordsAsync();
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.OffsetReset = OffsetReset.None);
        await consumer.AssignAsync([Orders], StartAt.Offset(offset), Stop);

        await AssertRefusedAsync(
            ErrorCode.OffsetOutOfRange,
            async () => await ReadOneAsync(consumer),
            "orders-0",
            offset.ToString(System.Globalization.CultureInfo.InvariantCulture));

        await consumer.SeekAsync(Orders, StartAt.Earliest, Stop);
        Assert.Equal("3", await ReadOneAsync(consumer));
    }

    [Fact]
    public async Task Reading_before_the_log_begins_again_where_the_policy_says()
    {
        await using StreamLogNode node = await StartWithRecordsAsync();
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.OffsetReset = OffsetReset.Earliest);
        await consumer.AssignAsync([Orders], StartAt.Offset(0), Stop);

        Assert.Equal("3", await ReadOneAsync(consumer));
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(11L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task A_raw_fetch_outside_the_log_is_answered_with_its_range(long offset)
    {
        await using StreamLogNode node = await StartWithRecordsAsync();

        using FetchResponse response = await RawFetching.FetchAsync(node.Broker, Orders, offset, Stop);

        FetchResponse.PartitionData answer = response.Responses.Single().Partitions.Single();
        Assert.Equal(ErrorCode.OffsetOutOfRange, answer.ErrorCode);
        await AssertStillWorksAsync(node);
    }

    [Theory]
    [InlineData(11L)]
    [InlineData(long.MaxValue)]
    [InlineData(-2L)]
    public async Task Records_that_are_not_there_cannot_be_deleted(long before)
    {
        await using StreamLogNode node = await StartWithRecordsAsync();

        await AssertRefusedAsync(
            ErrorCode.OffsetOutOfRange,
            async () => await node.Admin.DeleteRecordsAsync(
                new Dictionary<TopicPartition, long> { [Orders] = before }, Stop));

        IReadOnlyDictionary<TopicPartition, long> start =
            await node.Admin.ListOffsetsAsync([Orders], StartAt.Earliest, Stop);
        Assert.Equal(3, start[Orders]);
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task Deleting_up_to_the_end_leaves_an_empty_log_that_goes_on()
    {
        await using StreamLogNode node = await StartWithRecordsAsync();

        IReadOnlyDictionary<TopicPartition, long> start = await node.Admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [Orders] = -1 }, Stop);

        Assert.Equal(10, start[Orders]);
        ITopic<string, string> orders = node.Topic<string, string>("orders");
        Assert.Empty(await ReadValuesAsync(orders));
        Assert.Equal(10, (await orders.AppendAsync("k", "next", Stop)).Offset);
        Assert.Equal(["next"], await ReadValuesAsync(orders));
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    public async Task A_negative_offset_is_not_committed(long offset)
    {
        await using StreamLogNode node = await StartWithRecordsAsync();
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = new() { [Orders] = new OffsetAndMetadata(offset) };

        await Assert.ThrowsAnyAsync<Exception>(
            async () => await node.Admin.AlterGroupOffsetsAsync("billing", offsets, Stop));

        Assert.Empty(await node.Admin.ListGroupOffsetsAsync("billing", Stop));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_note_too_long_for_an_offset_is_not_committed()
    {
        await using StreamLogNode node = await StartWithRecordsAsync();
        OffsetAndMetadata noted = new(4, Metadata: new string('m', 5000));

        await AssertRefusedAsync(
            ErrorCode.OffsetMetadataTooLarge,
            async () => await node.Admin.AlterGroupOffsetsAsync(
                "billing", new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = noted }, Stop));

        Assert.Empty(await node.Admin.ListGroupOffsetsAsync("billing", Stop));
        await node.Admin.AlterGroupOffsetsAsync(
            "billing", new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = new(4, Metadata: "fits") }, Stop);
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
            await node.Admin.ListGroupOffsetsAsync("billing", Stop);
        Assert.Equal(4, committed[Orders].Offset);
        Assert.Equal("fits", committed[Orders].Metadata);
    }

    // Offsets 3 to 9 are there.
    private static async Task<StreamLogNode> StartWithRecordsAsync()
    {
        StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        ITopic<string, string> orders = node.Topic<string, string>("orders");
        for (int i = 0; i < 10; i++)
            await orders.AppendAsync("k", $"{i}", Stop);

        await node.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [Orders] = 3 }, Stop);
        return node;
    }

    private static async Task<string> ReadOneAsync(IConsumer<string, string> consumer)
    {
        await foreach (Record<string, string> record in consumer.ReadAllAsync(Stop))
            return record.Value;

        throw new InvalidOperationException("An endless reading ended.");
    }
}
