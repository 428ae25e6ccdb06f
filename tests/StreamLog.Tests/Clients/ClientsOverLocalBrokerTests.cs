using StreamLog.Clients;
using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Clients;

// They count buffers of the whole process, so nothing runs beside them.
[Collection("BufferCountTests")]
public sealed class ClientsOverLocalBrokerTests
{
    [Fact]
    public async Task Many_producers_and_a_follower_agree()
    {
        long before = RecordBuffer.Outstanding;
        LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 3);
        Consumer<string, string> consumer = clients.Consumer();
        await consumer.AssignAsync(
            Enumerable.Range(0, 3).Select(i => new TopicPartition("orders", i)), StartAt.Earliest);

        Task producing = Task.WhenAll(Enumerable.Range(0, 4).Select(p => Task.Run(async () =>
        {
            Producer<string, string> producer = clients.Producer(options => options.BatchBytes = 1000);
            for (int i = 0; i < 500; i++)
            {
                if (i % 7 == 0)
                    await producer.AppendAsync("orders", new($"{p}", $"{i}"));
                else
                    await producer.EnqueueAsync("orders", new($"{p}", $"{i}"));
            }

            await producer.FlushAsync();
        })));
        Dictionary<string, List<string>> read = [];
        int count = 0;
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            if (!read.TryGetValue(record.Key, out List<string>? values))
                read[record.Key] = values = [];
            values.Add(record.Value);
            if (++count == 2000)
                break;
        }

        await producing;
        await consumer.DisposeAsync();
        await clients.DisposeAsync();

        Assert.Equal(4, read.Count);
        Assert.All(read.Values, values => Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), values));
        await Eventually.HoldsAsync(() => RecordBuffer.Outstanding <= before);
    }

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task Compressed_batches_are_read_as_they_were_appended(CompressionType compression)
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 1);
        Producer<string, string> producer = clients.Producer(options => options.Compression = compression);

        await producer.AppendAsync(
            "orders", Enumerable.Range(0, 1000).Select(i => new ProducerRecord<string, string>("key", $"value {i}")));
        List<string> read = [];
        await foreach (Record<string, string> record in clients.Topic("orders").ReadAsync(StartAt.Offset(500)))
            read.Add(record.Value);

        Assert.Equal(Enumerable.Range(500, 500).Select(i => $"value {i}"), read);
    }

    [Fact]
    public async Task What_the_topic_refuses_reaches_the_caller_by_record()
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync(
            "orders",
            1,
            new Dictionary<string, string> { ["cleanup.policy"] = "compact", ["max.message.bytes"] = "1000" });
        Producer<string, string> producer = clients.Producer();

        StreamLogException keyless = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new(null!, "v")));
        StreamLogException large = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", new string('x', 5000))));
        IReadOnlyList<LogPosition> many = await clients.Harness.Environment.RunAsync(producer.AppendAsync(
            "orders", Enumerable.Range(0, 200).Select(i => new ProducerRecord<string, string>("k", $"{i}"))));

        Assert.Equal(ErrorCode.InvalidRecord, keyless.ErrorCode);
        Assert.Equal(ErrorCode.MessageTooLarge, large.ErrorCode);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), many.Select(position => position.Offset));
    }

    [Fact]
    public async Task A_node_that_stops_ends_readers_and_producers_with_an_error()
    {
        LocalClients clients = await LocalClients.StartAsync();
        await clients.Admin.CreateTopicAsync("orders", 1);
        Producer<string, string> producer = clients.Producer();
        await producer.AppendAsync("orders", new("k", "v"));
        Task reading = ReadForeverAsync(clients.Topic("orders"));

        await clients.Harness.Broker.DisposeAsync();

        StreamLogException read =
            await Assert.ThrowsAsync<StreamLogException>(() => clients.Harness.Environment.RunAsync(reading));
        StreamLogException append = await Assert.ThrowsAsync<StreamLogException>(
            () => clients.Harness.Environment.RunAsync(producer.AppendAsync("orders", new("k", "v"))));
        Assert.Equal(ErrorCode.BrokerNotAvailable, read.ErrorCode);
        Assert.Equal(ErrorCode.BrokerNotAvailable, append.ErrorCode);
        await clients.DisposeAsync();
    }

    [Fact]
    public async Task Acknowledged_records_survive_a_power_cut()
    {
        BrokerHarness harness = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        LocalClients clients = LocalClients.Over(harness);
        await clients.Admin.CreateTopicAsync("orders", 1);
        for (int i = 0; i < 20; i++)
            await clients.Topic("orders").AppendAsync("k", $"{i}");

        await using BrokerHarness again = await harness.CrashAsync();

        List<(long Offset, string Value)> kept = await again.ReadAllAsync("orders");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), kept.Select(record => record.Value));
    }

    private static async Task ReadForeverAsync(TopicHandle<string, string> topic)
    {
        await foreach (Record<string, string> record in topic.ReadAsync(StartAt.Earliest, follow: true))
            _ = record;
    }
}
