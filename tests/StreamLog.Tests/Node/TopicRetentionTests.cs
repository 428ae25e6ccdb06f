using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a topic's settings rule its logs while it runs, and what they let go goes, on command and on a full disk.
public sealed class TopicRetentionTests : NodeTest
{
    private static readonly Dictionary<string, string> SmallSegments = new()
    {
        ["segment.bytes"] = "400",
        ["file.delete.delay.ms"] = "0",
    };

    [Fact]
    public async Task What_a_changed_setting_lets_go_goes_on_command()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        ITopic<string, string> orders = await CreateAsync(node, "orders");
        ITopic<string, string> others = await CreateAsync(node, "others");
        for (int i = 0; i < 20; i++)
        {
            await orders.AppendAsync("k", $"{i}", Stop);
            await others.AppendAsync("k", $"{i}", Stop);
        }

        Assert.Equal(0, (await node.Maintenance.ApplyRetentionAsync(cancellationToken: Stop)).Segments);
        await AlterAsync(node, "orders", ("retention.bytes", "0"));
        RetentionReport report = await node.Maintenance.ApplyRetentionAsync("orders", Stop);

        Assert.True(report.Segments > 3);
        Assert.True(report.Bytes > 1_000);
        Assert.Equal(1, report.Partitions);
        Assert.Empty(await ReadValuesAsync(orders));
        Assert.Equal(20, (await ReadValuesAsync(others)).Count);
        LogPosition next = await orders.AppendAsync("k", "next", Stop);
        Assert.Equal(20, next.Offset);
        Assert.Equal(["next"], await ReadValuesAsync(orders));
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_named()
    {
        await using StreamLogNode node = await StartInMemoryAsync();

        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition,
            async () => await node.Maintenance.ApplyRetentionAsync("nowhere", Stop),
            "nowhere");
    }

    [Fact]
    public async Task The_nodes_own_logs_are_left_alone()
    {
        await using StreamLogNode node = await StartInMemoryAsync(options =>
        {
            options.Log.RetentionBytes = 0;
            options.Log.Configs["segment.bytes"] = "400";
        });
        ITopic<string, string> orders = await CreateAsync(node, "orders");
        await orders.AppendAsync("k", "a", Stop);
        await node.Admin.AlterGroupOffsetsAsync(
            "group",
            new Dictionary<TopicPartition, OffsetAndMetadata> { [new("orders", 0)] = new(1) },
            Stop);

        await node.Maintenance.ApplyRetentionAsync(cancellationToken: Stop);

        Assert.Empty(await ReadValuesAsync(orders));
        Assert.Equal(1, (await node.Admin.ListGroupOffsetsAsync("group", Stop))[new("orders", 0)].Offset);
        Assert.All(
            node.Topics.Where(topic => topic.Name.StartsWith("__", StringComparison.Ordinal))
                .SelectMany(topic => topic.Partitions),
            partition => Assert.Equal(0, partition.LogStartOffset));
    }

    [Fact]
    public async Task Settings_may_change_in_any_order_while_producers_run()
    {
        const int Producers = 3;
        const int Each = 300;
        (string, string)[][] changes =
        [
            [("segment.bytes", "300")],
            [("compression.type", "gzip"), ("compression.gzip.level", "1")],
            [("retention.ms", "86400000"), ("retention.bytes", "1000000000")],
            [("flush.ms", "1"), ("flush.messages", "2"), ("streamlog.durability", "PageCache")],
            [("message.timestamp.type", "LogAppendTime")],
            [("compression.type", "producer"), ("segment.jitter.ms", "50"), ("segment.ms", "100")],
            [("streamlog.durability", "OnCommit"), ("preallocate", "true"), ("segment.index.bytes", "100")],
            [("segment.bytes", "100000"), ("message.timestamp.type", "CreateTime"), ("compression.type", "lz4")],
        ];
        await using StreamLogNode node = await StartInMemoryAsync();
        ITopic<string, string> orders = await CreateAsync(node, "orders");

        Task[] producers = [.. Enumerable.Range(0, Producers).Select(producer => Task.Run(
            async () =>
            {
                for (int i = 0; i < Each; i++)
                    await orders.AppendAsync($"{producer}", $"{producer}/{i}", Stop);
            },
            Stop))];
        Task all = Task.WhenAll(producers);
        for (int i = 0; !all.IsCompleted; i++)
        {
            await AlterAsync(node, "orders", changes[i % changes.Length]);
            await node.Maintenance.ApplyRetentionAsync("orders", Stop);
        }

        await all;
        List<string> read = await ReadValuesAsync(orders);
        Assert.Equal(Producers * Each, read.Count);
        for (int producer = 0; producer < Producers; producer++)
        {
            Assert.Equal(
                Enumerable.Range(0, Each).Select(i => $"{producer}/{i}"),
                read.Where(value => value.StartsWith($"{producer}/", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Limits_that_change_hold_from_the_next_append_on()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        ITopic<string, string> orders = await CreateAsync(node, "orders");
        string value = new('x', 200);
        await orders.AppendAsync("k", value, Stop);

        await AlterAsync(node, "orders", ("max.message.bytes", "150"));
        await AssertRefusedAsync(
            ErrorCode.MessageTooLarge, async () => await orders.AppendAsync("k", value, Stop), "150");
        await AlterAsync(node, "orders", ("max.message.bytes", "1000"));
        await orders.AppendAsync("k", value, Stop);

        Assert.Equal([value, value], await ReadValuesAsync(orders));
    }

    [Fact]
    public async Task Settings_that_do_not_agree_are_refused_and_nothing_of_them_holds()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await CreateAsync(node, "orders");
        await AlterAsync(node, "orders", ("max.compaction.lag.ms", "1000"));

        await AssertRefusedAsync(
            ErrorCode.InvalidConfig,
            async () => await AlterAsync(node, "orders", ("min.compaction.lag.ms", "1001"), ("segment.ms", "5")),
            "max.compaction.lag.ms");
        await AssertRefusedAsync(
            ErrorCode.InvalidConfig,
            async () => await node.Admin.CreateTopicAsync(
                "more",
                configs: new Dictionary<string, string>
                {
                    ["min.compaction.lag.ms"] = "2",
                    ["max.compaction.lag.ms"] = "1",
                },
                cancellationToken: Stop),
            "min.compaction.lag.ms");

        Assert.Equal("604800000", (await node.Admin.DescribeConfigsAsync("orders", Stop))["segment.ms"].Value);
        await AlterAsync(node, "orders", ("min.compaction.lag.ms", "1000"));
    }

    [Theory]
    [InlineData("records")]
    [InlineData("topic")]
    [InlineData("retention")]
    public async Task A_disk_that_is_full_to_the_last_byte_gets_room_by_what_deletes(string what)
    {
        InMemoryFileSystem files = new(4 * 1024 * 1024);
        await using StreamLogNode node = await StartAsync(new TrialEnvironment(files));
        ITopic<string, string> orders = await CreateAsync(node, "orders");
        ITopic<string, string> others = await CreateAsync(node, "others");
        await AlterAsync(node, "orders", ("segment.bytes", "100000"));
        await AlterAsync(node, "others", ("segment.bytes", "100000"));
        string value = new('x', 20_000);
        while (files.AvailableBytes("/") > 200_000)
            await orders.AppendAsync("k", value, Stop);
        Extensibility.IFile filler = files.Open("/filler", Extensibility.FileOpenMode.CreateNew);
        filler.SetLength(files.AvailableBytes("/"));
        await AssertRefusedAsync(
            ErrorCode.StorageFull, async () => await others.AppendAsync("k", value, Stop), "full");

        switch (what)
        {
            case "records":
                await node.Admin.DeleteRecordsAsync(
                    new Dictionary<TopicPartition, long> { [new("orders", 0)] = -1 }, Stop);
                await node.Maintenance.ApplyRetentionAsync(cancellationToken: Stop);
                break;
            case "topic":
                await node.Admin.DeleteTopicAsync("orders", Stop);
                break;
            default:
                await AlterAsync(node, "orders", ("retention.bytes", "0"));
                await node.Maintenance.ApplyRetentionAsync(cancellationToken: Stop);
                break;
        }

        Assert.True(files.AvailableBytes("/") > 1_000_000);
        await others.AppendAsync("k", "goes on", Stop);
        Assert.Equal(["goes on"], await ReadValuesAsync(others));
        filler.Dispose();
    }

    private static async Task<ITopic<string, string>> CreateAsync(StreamLogNode node, string name)
    {
        await node.Admin.CreateTopicAsync(name, configs: SmallSegments, cancellationToken: Stop);
        return node.Topic<string, string>(name);
    }

    private static async Task AlterAsync(
        StreamLogNode node, string topic, params (string Name, string Value)[] changes) =>
        await node.Admin.AlterConfigsAsync(
            topic, changes.ToDictionary(change => change.Name, change => (string?)change.Value), Stop);
}
