using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>Compaction through the public API: what consumers see of it, and groups' offsets.</summary>
public sealed class CompactedTopicTests : NodeTest
{
    private static readonly Dictionary<string, string> Compacted = new() { ["cleanup.policy"] = "compact" };

    [Fact]
    public async Task Readers_see_the_newest_of_each_key_and_get_to_the_end()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("accounts", configs: Compacted, cancellationToken: Stop);
        ITopic<string, string> topic = node.Topic<string, string>("accounts");
        for (int i = 0; i < 60; i++)
            await topic.AppendAsync("account " + (i % 3), "state " + i, Stop);

        CompactionReport report = await node.Maintenance.CompactAsync("accounts", Stop);

        Assert.Equal(1, report.Partitions);
        Assert.True(report.BytesAfter < report.BytesBefore / 4, $"{report.BytesAfter} of {report.BytesBefore}");
        Assert.Equal(["state 57", "state 58", "state 59"], await ReadValuesAsync(topic));
        await topic.AppendAsync("account 0", "state 60", Stop);
        Assert.Equal(["state 57", "state 58", "state 59", "state 60"], await ReadValuesAsync(topic));
    }

    [Fact]
    public async Task A_topic_that_is_compacted_and_deleted_has_both_done_to_it()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync(
            "accounts",
            configs: new Dictionary<string, string>
            {
                ["cleanup.policy"] = "compact,delete",
                ["segment.bytes"] = "400",
            },
            cancellationToken: Stop);
        ITopic<string, string> topic = node.Topic<string, string>("accounts");
        for (int i = 0; i < 30; i++)
            await topic.AppendAsync($"account {i % 3}", $"state {i}", Stop);

        Assert.Equal(1, (await node.Maintenance.CompactAsync("accounts", Stop)).Partitions);
        Assert.Equal(["state 27", "state 28", "state 29"], await ReadValuesAsync(topic));
        for (int i = 30; i < 60; i++)
            await topic.AppendAsync($"account {i}", $"state {i}", Stop);
        await node.Admin.AlterConfigsAsync(
            "accounts", new Dictionary<string, string?> { ["retention.bytes"] = "400" }, Stop);
        RetentionReport report = await node.Maintenance.ApplyRetentionAsync("accounts", Stop);

        Assert.True(report.Segments > 3, $"{report.Segments} segments");
        List<string> left = [.. await ReadValuesAsync(topic)];
        Assert.InRange(left.Count, 3, 12);
        Assert.Equal(Enumerable.Range(60 - left.Count, left.Count).Select(i => $"state {i}"), left);
    }

    [Fact]
    public async Task A_topic_of_which_nothing_is_left_is_read_to_its_end()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync(
            "accounts", configs: new Dictionary<string, string>(Compacted) { ["delete.retention.ms"] = "0" },
            cancellationToken: Stop);
        ITopic<string, string?> topic = node.Topic<string, string?>("accounts");
        await topic.AppendAsync("account", "state", Stop);
        await topic.AppendAsync("account", null, Stop);
        await node.Maintenance.CompactAsync("accounts", Stop);
        await topic.AppendAsync("other", null, Stop);
        await node.Maintenance.CompactAsync("accounts", Stop);
        await topic.AppendAsync("last", "state", Stop);

        List<string> keys = [];
        await foreach (Record<string, string?> record in topic.ReadAsync(StartAt.Earliest, cancellationToken: Stop))
            keys.Add(record.Key);

        Assert.DoesNotContain("account", keys);
        Assert.Equal("last", keys[^1]);
    }

    [Fact]
    public async Task Committed_offsets_outlive_the_compaction_of_their_topic_and_a_restart()
    {
        TrialEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
        {
            await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
            ITopic<string, string> topic = node.Topic<string, string>("orders");
            for (int i = 0; i < 30; i++)
            {
                await topic.AppendAsync("key", "order " + i, Stop);
                await node.Admin.AlterGroupOffsetsAsync(
                    "billing",
                    new Dictionary<TopicPartition, OffsetAndMetadata> { [new("orders", 0)] = new OffsetAndMetadata(i) },
                    Stop);
            }

            CompactionReport report = await node.Maintenance.CompactAsync("__consumer_offsets", Stop);
            Assert.Empty(report.Failures);
            Assert.True(report.BytesAfter < report.BytesBefore / 4, $"{report.BytesAfter} of {report.BytesBefore}");
        }

        await using StreamLogNode again = await StartAsync(environment);
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets =
            await again.Admin.ListGroupOffsetsAsync("billing", Stop);
        Assert.Equal(29, Assert.Single(offsets).Value.Offset);
    }

    [Fact]
    public async Task What_is_not_compacted_is_refused_by_name()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);

        await AssertRefusedAsync(
            ErrorCode.InvalidRequest, async () => await node.Maintenance.CompactAsync("orders", Stop),
            "orders", "cleanup.policy");
        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition, async () => await node.Maintenance.CompactAsync("nobody", Stop),
            "nobody");
        Assert.Empty((await node.Maintenance.CompactAsync(null, Stop)).Failures);
    }
}
