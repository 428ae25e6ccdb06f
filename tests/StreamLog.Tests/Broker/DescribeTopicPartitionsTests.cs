using StreamLog.Protocol.Messages;
using Xunit;
using Cursor = StreamLog.Protocol.Messages.DescribeTopicPartitionsRequest.Cursor;

namespace StreamLog.Tests.Broker;

public sealed class DescribeTopicPartitionsTests
{
    [Fact]
    public async Task Topics_are_told_by_name_with_their_partitions()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("b", 2);
        Guid id = (await broker.CreateTopicAsync("a")).TopicId;

        DescribeTopicPartitionsResponse response = await AskAsync(broker, ["b", "no/where", "a", "nowhere", "b"]);

        Assert.Equal(
            [
                ("a", ErrorCode.None, 1), ("b", ErrorCode.None, 2), ("no/where", ErrorCode.InvalidTopic, 0),
                ("nowhere", ErrorCode.UnknownTopicOrPartition, 0),
            ],
            response.Topics.Select(topic => (topic.Name!, topic.ErrorCode, topic.Partitions.Count)));
        Assert.Equal(id, response.Topics[0].TopicId);
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition partition =
            response.Topics[1].Partitions[1];
        Assert.Equal((1, 1, 0), (partition.PartitionIndex, partition.LeaderId, partition.LeaderEpoch));
        Assert.Equal([1], partition.ReplicaNodes);
        Assert.Equal([1], partition.IsrNodes);
        Assert.Null(response.NextCursor);
    }

    // Goal: whatever the size of the pages, all of them together are the whole. Method: pages of each size, by the
    // cursors that they give.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task Pages_together_are_the_whole(int limit)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("c", 1);
        await broker.CreateTopicAsync("a", 3);
        await broker.CreateTopicAsync("b", 2);

        List<(string, int)> seen = [];
        Cursor? cursor = null;
        do
        {
            DescribeTopicPartitionsResponse page = await AskAsync(broker, [], limit, cursor);
            (string, int)[] found = [.. page.Topics.SelectMany(
                topic => topic.Partitions, (topic, partition) => (topic.Name!, partition.PartitionIndex))];
            Assert.InRange(found.Length, 1, limit);
            seen.AddRange(found);
            cursor = page.NextCursor is { } next
                ? new Cursor { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex }
                : null;
        }
        while (cursor is not null);

        Assert.Equal([("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1), ("c", 0)], seen);
    }

    [Fact]
    public async Task A_cursor_must_stand_in_what_is_asked_for()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("a");
        await broker.CreateTopicAsync("c");

        DescribeTopicPartitionsResponse other =
            await AskAsync(broker, ["a"], cursor: new Cursor { TopicName = "c" });
        DescribeTopicPartitionsResponse negative =
            await AskAsync(broker, ["a"], cursor: new Cursor { TopicName = "a", PartitionIndex = -1 });
        DescribeTopicPartitionsResponse deleted = await AskAsync(broker, [], cursor: new Cursor { TopicName = "b" });

        Assert.Equal(ErrorCode.InvalidRequest, other.Topics.Single().ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, negative.Topics.Single().ErrorCode);
        Assert.Equal(["c"], deleted.Topics.Select(topic => topic.Name));
    }

    private static async Task<DescribeTopicPartitionsResponse> AskAsync(
        BrokerHarness broker, string[] topics, int limit = 2000, Cursor? cursor = null) =>
        await broker.SendAsync(new DescribeTopicPartitionsRequest
        {
            Topics = [.. topics.Select(topic => new DescribeTopicPartitionsRequest.TopicRequest { Name = topic })],
            ResponsePartitionLimit = limit,
            StartCursor = cursor,
        });
}
