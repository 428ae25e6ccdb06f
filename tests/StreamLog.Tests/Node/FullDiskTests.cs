using System.Globalization;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a real disk that is full, at whichever write it becomes so, refuses what would need room and says so; nothing
// of what was refused is left in a log, everything acknowledged can be read, and with room everything goes on.
// Method: a tmpfs of a few megabytes, filled up to some pages; then records that roll segments, topics, committed
// offsets, deletions, a stop and a start use these up.
public sealed class FullDiskTests : NodeTest
{
    private static readonly TopicPartition Orders = new("orders", 0);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(21)]
    public async Task Everything_is_refused_cleanly_and_goes_on_with_room(int pagesLeft)
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        List<string> acknowledged = [];
        await using (StreamLogNode node = await StartAsync(disk))
        {
            await AppendAsync(node, acknowledged, 20);
            Assert.Equal(20, acknowledged.Count);
            await CommitAsync(node, 3);
            disk.Fill(pagesLeft);

            int refused = await AppendAsync(node, acknowledged, 40);
            refused += await TryAsync(async () => await node.Admin.CreateTopicAsync("more", cancellationToken: Stop));
            refused += await TryAsync(async () => await CommitAsync(node, 7));
            Assert.True(refused > 0, "The disk was not full.");
            await CheckAsync(node, acknowledged);

            disk.Free();
            Assert.Equal(0, await AppendAsync(node, acknowledged, 20));
            await CommitAsync(node, 11);
            Assert.Equal(11, await CommittedAsync(node));
            await AssertStillWorksAsync(node);
            await CheckAsync(node, acknowledged);
        }

        await using StreamLogNode again = await StartAsync(disk);
        await CheckAsync(again, acknowledged);
        Assert.Equal(11, await CommittedAsync(again));
        await AssertStillWorksAsync(again);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task A_node_stops_and_starts_on_a_full_disk_and_what_is_there_can_be_read(int pagesLeft)
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        List<string> acknowledged = [];
        await using (StreamLogNode node = await StartAsync(disk))
        {
            await AppendAsync(node, acknowledged, 20);
            disk.Fill(pagesLeft);
            await AppendAsync(node, acknowledged, 40);
        }

        await using (StreamLogNode full = await StartAsync(disk))
        {
            await CheckAsync(full, acknowledged);
            disk.Free();
            Assert.Equal(0, await AppendAsync(full, acknowledged, 20));
            await AssertStillWorksAsync(full);
            await CheckAsync(full, acknowledged);
        }
    }

    [Fact]
    public async Task Deleting_makes_room_on_a_disk_without_any()
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        List<string> acknowledged = [];
        await using StreamLogNode node = await StartAsync(disk);
        await AppendAsync(node, acknowledged, 60);
        disk.Fill(pagesLeft: 0);
        await AppendAsync(node, acknowledged, 40);

        IReadOnlyDictionary<TopicPartition, long> starts = await node.Admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [Orders] = 50 }, Stop);

        Assert.Equal(50, starts[Orders]);
        List<string> left = await ReadValuesAsync(node.Topic<string, string>("orders"));
        Assert.Equal(acknowledged.Skip(50), left);
    }

    private static ValueTask<StreamLogNode> StartAsync(SmallDisk disk)
    {
        StreamLogOptions options = new() { DataDirectory = disk.DataDirectory };
        options.Producer.DeliveryTimeout = TimeSpan.FromSeconds(5);
        options.Producer.RequestTimeout = TimeSpan.FromSeconds(3);
        TopicOptions topic = new() { Partitions = 1, SegmentBytes = 16 * 1024 };
        topic.Configs["file.delete.delay.ms"] = "0";
        options.Topics.Add("orders", topic);
        return StreamLogNode.StartAsync(options, cancellationToken: Stop);
    }

    // Each record with a producer of its own: what became of one says nothing about the next.
    private static async Task<int> AppendAsync(StreamLogNode node, List<string> acknowledged, int count)
    {
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            string value = $"{acknowledged.Count.ToString(CultureInfo.InvariantCulture)} {new string('x', 1500)}";
            refused += await TryAsync(async () =>
            {
                await node.Topic<string, string>("orders").AppendAsync("key", value, Stop);
                acknowledged.Add(value);
            });
        }

        return refused;
    }

    private static async Task<int> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return 0;
        }
        catch (StreamLogException error)
        {
            Assert.True(error.ErrorCode == ErrorCode.StorageFull, $"{error.ErrorCode}: {error}");
            return 1;
        }
    }

    private static async Task CommitAsync(StreamLogNode node, long offset)
    {
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.Group = "billing");
        await consumer.CommitAsync(
            new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = new(offset) }, Stop);
    }

    private static async Task<long?> CommittedAsync(StreamLogNode node)
    {
        await using IConsumer<string, string> consumer =
            node.CreateConsumer<string, string>(options => options.Group = "billing");
        return (await consumer.CommittedAsync(Orders, Stop))?.Offset;
    }

    private static async Task CheckAsync(StreamLogNode node, List<string> acknowledged)
    {
        Assert.All(node.Topics.SelectMany(topic => topic.Partitions), partition => Assert.Null(partition.Failure));
        List<string> found = await ReadValuesAsync(node.Topic<string, string>("orders"));
        Assert.Equal(acknowledged.Select(Number), found.Select(Number));

        static string Number(string value) => value.Split(' ')[0];
    }
}
