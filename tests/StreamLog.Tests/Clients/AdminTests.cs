using StreamLog.Clients;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class AdminTests
{
    [Fact]
    public async Task A_topic_is_created_listed_described_raised_and_deleted()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        Admin admin = clients.Admin;

        await admin.CreateTopicAsync("orders", 2);
        Assert.False(await admin.CreateTopicIfMissingAsync("orders", 5));
        Assert.True(await admin.CreateTopicIfMissingAsync("bills"));
        Assert.Equal(["bills", "orders"], await admin.ListTopicsAsync());
        await admin.CreatePartitionsAsync("orders", 3);
        await clients.Topic("orders").AppendAsync(new("k", "v") { Partition = 1 });
        Topic topic = await admin.DescribeTopicAsync("orders");
        await admin.DeleteTopicAsync("bills");

        Assert.Equal(3, topic.Partitions.Count);
        Assert.NotEqual(Guid.Empty, topic.TopicId);
        Assert.False(topic.IsInternal);
        Assert.Equal(1, topic.Partitions[1].HighWatermark);
        Assert.Equal(1, topic.Partitions[1].LogEndOffset);
        Assert.Equal(1, topic.Partitions[1].LastStableOffset);
        Assert.Equal(0, topic.Partitions[1].LogStartOffset);
        Assert.True(topic.Partitions[1].IsOnline);
        Assert.Equal([1], topic.Partitions[1].Replicas);
        Assert.Equal(["orders"], await admin.ListTopicsAsync());
    }

    [Fact]
    public async Task Settings_are_described_and_changed_all_or_none()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        Admin admin = clients.Admin;
        await admin.CreateTopicAsync("orders", 1, new Dictionary<string, string> { ["segment.bytes"] = "1048576" });

        IReadOnlyDictionary<string, ConfigEntry> before = await admin.DescribeConfigsAsync("orders");
        await admin.AlterConfigsAsync(
            "orders", new Dictionary<string, string?> { ["segment.bytes"] = null, ["max.message.bytes"] = "2000" });
        StreamLogException refused =
            await Assert.ThrowsAsync<StreamLogException>(async () => await admin.AlterConfigsAsync(
            "orders", new Dictionary<string, string?> { ["max.message.bytes"] = "3000", ["no.such.setting"] = "1" }));
        IReadOnlyDictionary<string, ConfigEntry> after = await admin.DescribeConfigsAsync("orders");

        Assert.Equal(("1048576", false), (before["segment.bytes"].Value, before["segment.bytes"].IsDefault));
        Assert.True(before["max.message.bytes"].IsDefault);
        Assert.True(after["segment.bytes"].IsDefault);
        Assert.Equal(("2000", false), (after["max.message.bytes"].Value, after["max.message.bytes"].IsDefault));
        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains("no.such.setting", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offsets_are_listed_records_deleted_and_groups_set()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        Admin admin = clients.Admin;
        TopicPartition partition = new("orders", 0);
        await admin.CreateTopicAsync("orders", 1);
        await clients.Topic("orders").AppendAsync(
            Enumerable.Range(0, 10).Select(i => new ProducerRecord<string, string>("k", $"{i}")));

        Assert.Equal(10, (await admin.ListOffsetsAsync([partition], StartAt.Latest))[partition]);
        Assert.Equal(
            4, (await admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [partition] = 4 }))[partition]);
        Assert.Equal(4, (await admin.ListOffsetsAsync([partition], StartAt.Earliest))[partition]);
        await admin.AlterGroupOffsetsAsync(
            "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [partition] = new(7, Metadata: "note") });
        OffsetAndMetadata committed = (await admin.ListGroupOffsetsAsync("g"))[partition];
        Assert.Equal((7L, "note"), (committed.Offset, committed.Metadata));
        Assert.Empty(await admin.ListGroupOffsetsAsync("unheard of"));
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_with_what_could_be()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        Admin admin = clients.Admin;
        await admin.CreateTopicAsync("orders", 2);
        TopicPartition there = new("orders", 0);

        await RefusesAsync(ErrorCode.TopicAlreadyExists, () => admin.CreateTopicAsync("orders"));
        await RefusesAsync(ErrorCode.InvalidTopic, () => admin.CreateTopicAsync("no spaces"));
        await RefusesAsync(ErrorCode.InvalidTopic, () => admin.CreateTopicAsync(new string('x', 250)));
        await RefusesAsync(ErrorCode.InvalidPartitions, () => admin.CreateTopicAsync("more", 0));
        await RefusesAsync(
            ErrorCode.InvalidConfig,
            () => admin.CreateTopicAsync("more", 1, new Dictionary<string, string> { ["segment.bytes"] = "much" }));
        await RefusesAsync(ErrorCode.UnknownTopicOrPartition, () => admin.DeleteTopicAsync("missing"));
        await RefusesAsync(ErrorCode.UnknownTopicOrPartition, () => admin.CreatePartitionsAsync("missing", 3));
        await RefusesAsync(ErrorCode.InvalidPartitions, () => admin.CreatePartitionsAsync("orders", 1));
        await RefusesAsync(ErrorCode.UnknownTopicOrPartition, async () => await admin.DescribeTopicAsync("missing"));
        await RefusesAsync(ErrorCode.UnknownTopicOrPartition, async () => await admin.DescribeConfigsAsync("missing"));
        await RefusesAsync(
            ErrorCode.UnknownTopicOrPartition,
            async () => await admin.ListOffsetsAsync([new TopicPartition("orders", 9)], StartAt.Latest));
        await RefusesAsync(
            ErrorCode.OffsetOutOfRange,
            async () => await admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [there] = 100 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await admin.AlterGroupOffsetsAsync(
            "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [there] = new(-5) }));
    }

    private static async Task RefusesAsync(ErrorCode code, Func<ValueTask> call)
    {
        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(async () => await call());
        Assert.Equal(code, failure.ErrorCode);
        Assert.True(failure.Message.Length > 20, failure.Message);
    }
}
