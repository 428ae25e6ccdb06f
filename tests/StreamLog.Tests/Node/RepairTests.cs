using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a running node has a damaged partition repaired, whether it is online or not, and its clients go on with it.
public sealed class RepairTests : NodeTest
{
    private static readonly TopicPartition Orders = new("orders", 0);

    [Fact]
    public async Task Damage_that_scrubbing_finds_is_cut_out_under_a_running_consumer_and_producer()
    {
        SimulatedEnvironment environment = new();
        await using StreamLogNode node = await StartAsync(environment, Small);
        List<string> values = await AppendAsync(node, 60);
        string path = $"{DataDirectory}/orders-0/{node.Topics.Single(topic => topic.Name == "orders")
            .Partitions[0].Segments[1].BaseOffset:D20}.log";
        environment.Disk.FlipBit(path, 70, 0);

        ScrubReport scrubbed = await node.Maintenance.ScrubAsync("orders", Stop);
        Assert.Equal(path, Assert.Single(scrubbed.Findings).File);
        Assert.Equal(scrubbed.Findings, node.Maintenance.Findings);

        RepairReport report = await node.Maintenance.RepairAsync(Orders, Stop);

        LostRecords lost = Assert.Single(report.Lost);
        Assert.True(report.IsOnline);
        Assert.Equal(report.LostOffsets, lost.OffsetCount);
        Assert.True(environment.Disk.FileExists(lost.Copy!));
        Assert.Empty(node.Maintenance.Findings);
        values.RemoveRange((int)lost.FirstOffset, (int)lost.OffsetCount);
        Assert.Equal(values, await ReadValuesAsync(node.Topic<string, string>("orders")));
        LogPosition next = await node.Topic<string, string>("orders").AppendAsync("key", "next", Stop);
        Assert.Equal(60, next.Offset);
        Assert.Equal([.. values, "next"], await ReadValuesAsync(node.Topic<string, string>("orders")));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_partition_that_went_offline_at_its_first_append_comes_online()
    {
        SimulatedEnvironment environment = new();
        List<string> values;
        await using (StreamLogNode node = await StartAsync(environment, Small))
            values = await AppendAsync(node, 20);

        string path = environment.Disk.ListAll()
            .Last(file => file.Contains("orders-0", StringComparison.Ordinal)
                && file.EndsWith(".log", StringComparison.Ordinal));
        environment.Disk.FlipBit(path, 70, 0);
        environment.Disk.LoseFile($"{DataDirectory}/.kafka_cleanshutdown");
        foreach (string snapshot in environment.Disk.ListAll()
            .Where(file => file.EndsWith(".snapshot", StringComparison.Ordinal)))
        {
            environment.Disk.LoseFile(snapshot); // So what was appended last is asked of the batches.
        }

        await using StreamLogNode again = await StartAsync(environment, Small);
        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError,
            async () => await again.Topic<string, string>("orders").AppendAsync("key", "v", Stop));
        Assert.False(StateOf(again).IsOnline);

        RepairReport report = await again.Maintenance.RepairAsync(Orders, Stop);

        Assert.True(report.IsOnline);
        Assert.True(StateOf(again).IsOnline);
        LostRecords lost = Assert.Single(report.Lost);
        values.RemoveRange((int)lost.FirstOffset, (int)lost.OffsetCount);
        await using IProducer<string, string> producer = again.CreateProducer<string, string>();
        LogPosition next = await producer.AppendAsync("orders", new ProducerRecord<string, string>("key", "n"), Stop);
        Assert.Equal(20, next.Offset);
        Assert.Equal([.. values, "n"], await ReadValuesAsync(again.Topic<string, string>("orders")));
    }

    [Fact]
    public async Task Committed_offsets_are_read_again_after_their_partition_was_repaired()
    {
        SimulatedEnvironment environment = new();
        await using StreamLogNode node = await StartAsync(environment, Small);
        await AppendAsync(node, 5);
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.Group = "billing");
        await consumer.CommitAsync(new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = new(3) }, Stop);

        foreach (Topic topic in node.Topics.Where(topic => topic.Name == "__consumer_offsets"))
        {
            foreach (Partition partition in topic.Partitions)
                Assert.True((await node.Maintenance.RepairAsync(partition.TopicPartition, Stop)).IsOnline);
        }

        Assert.Equal(3, (await consumer.CommittedAsync(Orders, Stop))!.Value.Offset);
        await consumer.CommitAsync(new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = new(4) }, Stop);
        Assert.Equal(4, (await consumer.CommittedAsync(Orders, Stop))!.Value.Offset);
    }

    [Fact]
    public async Task What_is_not_there_or_must_not_be_cut_is_refused()
    {
        await using StreamLogNode node = await StartInMemoryAsync();

        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition,
            async () => await node.Maintenance.RepairAsync(new TopicPartition("nobody", 0), Stop), "nobody-0");
        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition,
            async () => await node.Maintenance.RepairAsync(new TopicPartition("__cluster_metadata", 0), Stop),
            "metadata", "backup");
        await AssertRefusedAsync(
            ErrorCode.UnknownTopicOrPartition,
            async () => await node.Maintenance.ScrubAsync("nobody", Stop), "nobody");
        await AssertStillWorksAsync(node);
    }

    private static void Small(StreamLogOptions options) =>
        options.Topics.Add("orders", new TopicOptions { Partitions = 1, SegmentBytes = 1024 });

    private static Partition StateOf(StreamLogNode node) =>
        node.Topics.Single(topic => topic.Name == "orders").Partitions[0];

    private static async Task<List<string>> AppendAsync(StreamLogNode node, int count)
    {
        List<string> values = [.. Enumerable.Range(0, count).Select(i => $"value {i}")];
        foreach (string value in values)
            await node.Topic<string, string>("orders").AppendAsync("key", value, Stop);
        return values;
    }
}
