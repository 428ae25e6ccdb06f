using StreamLog.Benchmarks.Baselines;
using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Servers;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Producing and consuming with a Kafka client, the server in a process of its own; and the same records
/// within one process, without a wire.</summary>
internal static class ListenerRuns
{
    // The mock cluster keeps 5 MiB of each partition: with so many it has enough to be read.
    private const int Partitions = 32;

    // As the client has it: so many records in turn go to a partition.
    private const int RunLength = 1000;

    /// <summary>Produces through a listener: to a directory, or to memory.</summary>
    public static async Task<Measurement> ProduceAsync(
        string? directory, Durability durability, int records, int bytes, string acks)
    {
        await using ServerProcess server = await StartAsync(directory, durability);
        return await Librdkafka.ProduceAsync(server, hasFigures: true, Partitions, records, bytes, acks);
    }

    /// <summary>Produces to the mock cluster.</summary>
    public static async Task<Measurement> ProduceToMockAsync(int records, int bytes, string acks)
    {
        await using ServerProcess mock = await Librdkafka.StartMockAsync(Partitions);
        return await Librdkafka.ProduceAsync(mock, hasFigures: false, Partitions, records, bytes, acks);
    }

    /// <summary>Produces within this process, to memory.</summary>
    public static async Task<Measurement> ProduceInProcessAsync(int records, int bytes)
    {
        await using StreamLogNode node = await Nodes.StartInMemoryAsync(Partitions);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        await EnqueueAsync(producer, records, bytes);
        return await Stopwatches.MeasureAsync(records, () => EnqueueAsync(producer, records, bytes));
    }

    /// <summary>Consumes through a listener: from a directory, or from memory.</summary>
    public static async Task<Measurement> ConsumeAsync(string? directory, int records, int bytes, int passes)
    {
        await using ServerProcess server = await StartAsync(directory, Durability.PageCache);
        await Librdkafka.ProduceAsync(server, hasFigures: true, Partitions, records / 2, bytes, "1");
        return await Librdkafka.ConsumeAsync(server, hasFigures: true, Partitions, records, passes);
    }

    /// <summary>Consumes from the mock cluster.</summary>
    public static async Task<Measurement> ConsumeFromMockAsync(int records, int bytes, int passes)
    {
        await using ServerProcess mock = await Librdkafka.StartMockAsync(Partitions);
        await Librdkafka.ProduceAsync(mock, hasFigures: false, Partitions, records / 2, bytes, "1");
        return await Librdkafka.ConsumeAsync(mock, hasFigures: false, Partitions, records, passes);
    }

    /// <summary>Consumes within this process, decoded records out of memory.</summary>
    public static async Task<Measurement> ConsumeInProcessAsync(int records, int bytes, int passes)
    {
        await using StreamLogNode node = await Nodes.StartInMemoryAsync(Partitions);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        await EnqueueAsync(producer, records, bytes);
        await ReadAsync(node, records);
        return await Stopwatches.MeasureAsync((long)records * passes, async () =>
        {
            for (int pass = 0; pass < passes; pass++)
                await ReadAsync(node, records);
        });
    }

    private static Task<ServerProcess> StartAsync(string? directory, Durability durability) =>
        ServerProcess.StartAsync(
        [
            "--partitions", $"{Partitions}", "--durability", $"{durability}",
            .. directory is null ? Array.Empty<string>() : ["--directory", directory],
        ]);

    private static async Task EnqueueAsync(IProducer<byte[], byte[]> producer, int records, int bytes)
    {
        byte[] value = new byte[bytes];
        ProducerRecord<byte[], byte[]>[] ofPartition =
        [
            .. Enumerable.Range(0, Partitions)
                .Select(partition => new ProducerRecord<byte[], byte[]>(null!, value) { Partition = partition }),
        ];
        for (int i = 0; i < records; i++)
        {
            ProducerRecord<byte[], byte[]> record = ofPartition[i / RunLength % Partitions];
            if (!producer.TryEnqueue(Nodes.TopicName, record))
                await producer.EnqueueAsync(Nodes.TopicName, record);
        }

        await producer.FlushAsync();
    }

    private static async Task ReadAsync(StreamLogNode node, int records)
    {
        await using IConsumer<byte[], ReadOnlyMemory<byte>> consumer =
            node.CreateConsumer<byte[], ReadOnlyMemory<byte>>();
        await consumer.AssignAsync(
            [.. Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Nodes.TopicName, partition))],
            StartAt.Earliest);
        int count = 0;
        await foreach (Record<byte[], ReadOnlyMemory<byte>> record in consumer.ReadAllAsync())
        {
            if (++count == records)
                break;
        }
    }
}
