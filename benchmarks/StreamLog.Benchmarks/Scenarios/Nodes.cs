using StreamLog.Kafka;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Nodes with one topic, as the runs need them.</summary>
internal static class Nodes
{
    public const string TopicName = "load";

    private const long MemoryLimit = 2L << 30;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static async Task<StreamLogNode> StartAsync(
        string directory, int partitions, Durability durability, TimeSpan flushInterval)
    {
        StreamLogNode node = await StartAsync(directory, durability, flushInterval);
        try
        {
            await node.Admin.CreateTopicAsync(TopicName, partitions);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }

        return node;
    }

    /// <summary>Starts a node on a directory as it is.</summary>
    public static async Task<StreamLogNode> StartAsync(
        string directory, Durability durability, TimeSpan flushInterval) =>
        await StreamLogNode.StartAsync(new StreamLogOptions
        {
            DataDirectory = Path.Combine(directory, "data"),
            Durability = durability,
            FlushInterval = flushInterval,
        });

    /// <summary>Starts a node in memory.</summary>
    public static async Task<StreamLogNode> StartInMemoryAsync(int partitions)
    {
        StreamLogNode node = await StreamLogNode.StartAsync(OptionsOf(directory: null, Durability.PageCache));
        await node.Admin.CreateTopicAsync(TopicName, partitions);
        return node;
    }

    /// <summary>Starts a node that Kafka clients reach, on a directory or in memory.</summary>
    public static async Task<StreamLogNode> StartListeningAsync(string? directory, Durability durability) =>
        await StreamLogNode.StartAsync(OptionsOf(directory, durability).AddKafkaListener("127.0.0.1:0"));

    /// <summary>Starts a node whose topic's one partition holds records.</summary>
    public static async Task<StreamLogNode> FillAsync(string directory, int records, byte[] payload)
    {
        StreamLogNode node = await StartAsync(directory, 1, Durability.PageCache, Second);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        await EnqueueAsync(producer, new ProducerRecord<byte[], byte[]>(null!, payload), records);
        return node;
    }

    /// <summary>Hands records to a producer without waiting for each, and waits for all of them at the end.</summary>
    public static async Task EnqueueAsync(
        IProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record, int records)
    {
        for (int i = 0; i < records; i++)
        {
            if (!producer.TryEnqueue(TopicName, record))
                await producer.EnqueueAsync(TopicName, record);
        }

        await producer.FlushAsync();
    }

    private static StreamLogOptions OptionsOf(string? directory, Durability durability) => new()
    {
        InMemory = directory is null,
        MemoryLimit = MemoryLimit,
        DataDirectory = Path.Combine(directory ?? "nowhere", "data"),
        Durability = durability,
    };
}
