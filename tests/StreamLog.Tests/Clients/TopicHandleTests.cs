using StreamLog.Clients;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class TopicHandleTests
{
    [Fact]
    public async Task What_is_appended_is_read_in_order_within_each_partition_and_the_reading_ends()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 6);
        TopicHandle<string, string> orders = clients.Topic("orders");

        for (int i = 0; i < 300; i++)
            await orders.EnqueueAsync($"k{i % 17}", $"{i}");
        await orders.FlushAsync();
        List<Record<string, string>> read = await ReadAsync(orders, StartAt.Earliest);

        Assert.Equal(300, read.Count);
        foreach (IGrouping<string, Record<string, string>> key in read.GroupBy(record => record.Key))
        {
            Assert.Single(key.Select(record => record.Position.Partition).Distinct());
            Assert.Equal(
                Enumerable.Range(0, 300).Where(i => $"k{i % 17}" == key.Key).Select(i => $"{i}"),
                key.Select(record => record.Value));
        }
    }

    [Fact]
    public async Task Reading_ends_at_the_ends_of_its_start_also_where_partitions_are_empty()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 3);
        TopicHandle<string, string> orders = clients.Topic("orders");
        Assert.Empty(await ReadAsync(orders, StartAt.Earliest));
        Assert.Empty(await ReadAsync(orders, StartAt.Offset(5)));

        await orders.AppendAsync(new ProducerRecord<string, string>("k", "1") { Partition = 1 });
        List<string> read = [];
        await foreach (Record<string, string> record in orders.ReadAsync(StartAt.Earliest))
        {
            read.Add(record.Value);
            await orders.AppendAsync(new ProducerRecord<string, string>("k", "later") { Partition = 1 });
        }

        Assert.Equal(["1"], read);
    }

    [Fact]
    public async Task Reading_begins_where_it_is_told_to()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 1);
        TopicHandle<string, string> orders = clients.Topic("orders");
        for (int i = 0; i < 10; i++)
        {
            await orders.AppendAsync(new ProducerRecord<string, string>("k", $"{i}")
            {
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(1000 + (i * 100)),
            });
        }

        async Task<IEnumerable<string>> Values(
            StartAt at) => (await ReadAsync(orders, at)).Select(record => record.Value);
        Assert.Equal(["7", "8", "9"], await Values(StartAt.Offset(7)));
        Assert.Equal(
            ["5", "6", "7", "8", "9"], await Values(StartAt.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(1450))));
        Assert.Empty(await Values(StartAt.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(9000))));
        Assert.Empty(await Values(StartAt.Latest));
        await clients.Admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [new TopicPartition("orders", 0)] = 4 });
        Assert.Equal(["4", "5", "6", "7", "8", "9"], await Values(StartAt.Earliest));
        StreamLogException gone = await Assert.ThrowsAsync<StreamLogException>(() => Values(StartAt.Offset(2)));
        Assert.Equal(ErrorCode.OffsetOutOfRange, gone.ErrorCode);
    }

    [Fact]
    public async Task Following_yields_what_comes_later_also_on_partitions_that_are_added()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 1);
        TopicHandle<string, string> orders = clients.Topic("orders");
        await using IAsyncEnumerator<Record<string, string>> reading =
            orders.ReadAsync(StartAt.Earliest, follow: true).GetAsyncEnumerator();

        await orders.AppendAsync("k", "1");
        Assert.True(await reading.MoveNextAsync());
        Assert.Equal("1", reading.Current.Value);

        ValueTask<bool> next = reading.MoveNextAsync();
        await orders.AppendAsync("k", "2");
        Assert.True(await next);
        Assert.Equal("2", reading.Current.Value);

        Task<bool> last = reading.MoveNextAsync().AsTask();
        await clients.Admin.CreatePartitionsAsync("orders", 3);
        clients.Harness.Time.Advance(TimeSpan.FromSeconds(4));
        await clients.Harness.Environment.RunAsync(
            orders.AppendAsync(new ProducerRecord<string, string>("k", "3") { Partition = 2 }));
        Assert.True(await clients.Harness.Environment.RunAsync(last));
        Assert.Equal("3", reading.Current.Value);
    }

    [Fact]
    public async Task A_key_selector_takes_the_key_from_the_value()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 1);

        await clients.Topic("orders", value => value[..1]).AppendAsync("abc");
        Record<string, string> record = Assert.Single(await ReadAsync(clients.Topic("orders"), StartAt.Earliest));

        Assert.Equal("a", record.Key);
        Assert.Throws<InvalidOperationException>(() => { _ = clients.Topic("orders").AppendAsync("abc"); });
    }

    [Fact]
    public async Task A_name_that_is_not_legal_or_a_topic_that_is_not_there_is_said()
    {
        await using LocalClients clients = await LocalClients.StartAsync();

        StreamLogException illegal = Assert.Throws<StreamLogException>(() => clients.Topic("not legal"));
        StreamLogException missing = await Assert.ThrowsAsync<StreamLogException>(
            () => ReadAsync(clients.Topic("missing"), StartAt.Earliest));
        StreamLogException append = await Assert.ThrowsAsync<StreamLogException>(
            async () => await clients.Topic("missing").AppendAsync("k", "v"));

        Assert.Equal(ErrorCode.InvalidTopic, illegal.ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, missing.ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, append.ErrorCode);
    }

    [Fact]
    public async Task A_topic_is_created_where_the_node_is_set_up_to()
    {
        await using LocalClients clients =
            await LocalClients.StartAsync(new StreamLogOptions { AutoCreateTopics = true });

        LogPosition position = await clients.Topic("new").AppendAsync("k", "v");

        Assert.Equal(new LogPosition("new", 0, 0), position);
    }

    private static async Task<List<Record<string, string>>> ReadAsync(
        TopicHandle<string, string> topic, StartAt startAt)
    {
        List<Record<string, string>> read = [];
        await foreach (Record<string, string> record in topic.ReadAsync(startAt))
            read.Add(record);
        return read;
    }
}
