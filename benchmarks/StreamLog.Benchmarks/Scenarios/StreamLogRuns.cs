using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>StreamLog through its public API, as an application uses it.</summary>
internal static class StreamLogRuns
{
    private const string TopicName = "load";

    /// <summary>Hands records to a producer without waiting for each, and flushes at the end.</summary>
    public static async Task<Measurement> ProduceAsync(
        string directory, int records, byte[] payload, int partitions, Durability durability, TimeSpan flushInterval)
    {
        await using StreamLogNode node = await StartAsync(directory, partitions, durability, flushInterval);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        await WarmUpAsync(producer, record);

        return await Stopwatches.MeasureAsync(records, async () =>
        {
            for (int i = 0; i < records; i++)
            {
                if (!producer.TryEnqueue(TopicName, record))
                    await producer.EnqueueAsync(TopicName, record);
            }

            await producer.FlushAsync();
        });
    }

    /// <summary>Waits for the acknowledgement of every record, from a number of tasks.</summary>
    public static async Task<Measurement> AcknowledgeAsync(
        string directory, int tasks, byte[] payload, Durability durability, TimeSpan duration)
    {
        await using StreamLogNode node = await StartAsync(directory, 1, durability, TimeSpan.FromSeconds(1));
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        await WarmUpAsync(producer, record);

        return await Stopwatches.DriveAsync(
            tasks, duration, async () => await producer.AppendAsync(TopicName, record));
    }

    /// <summary>Reads all records of one partition as leases, touching each.</summary>
    public static async Task<Measurement> ReadLeasesAsync(string directory, int records, byte[] payload)
    {
        await using StreamLogNode node = await FillAsync(directory, records, payload);
        await using IConsumer<byte[], byte[]> consumer = node.CreateConsumer<byte[], byte[]>();
        return await Stopwatches.MeasureAsync(records, async () =>
        {
            await consumer.AssignAsync([new TopicPartition(TopicName, 0)], StartAt.Earliest);
            int count = 0;
            long sum = 0;
            await foreach (RecordLease lease in consumer.ReadLeasesAsync())
            {
                using (lease)
                {
                    while (lease.TryRead(out RawRecord record))
                    {
                        sum += record.Value[0];
                        count++;
                    }
                }

                if (count >= records)
                    break;
            }

            if (count != records || sum < 0)
                throw new InvalidOperationException($"Read {count} of {records}.");
        });
    }

    /// <summary>Reads all records of one partition, decoded.</summary>
    public static async Task<Measurement> ReadRecordsAsync(string directory, int records, byte[] payload)
    {
        await using StreamLogNode node = await FillAsync(directory, records, payload);
        await using IConsumer<byte[], ReadOnlyMemory<byte>> consumer =
            node.CreateConsumer<byte[], ReadOnlyMemory<byte>>();
        return await Stopwatches.MeasureAsync(records, async () =>
        {
            await consumer.AssignAsync([new TopicPartition(TopicName, 0)], StartAt.Earliest);
            int count = 0;
            await foreach (Record<byte[], ReadOnlyMemory<byte>> record in consumer.ReadAllAsync())
            {
                if (++count == records)
                    break;
            }
        });
    }

    /// <summary>One task appends while another reads at the end of the log.</summary>
    public static async Task<Measurement> HandOffAsync(string directory, int records, byte[] payload)
    {
        await using StreamLogNode node = await StartAsync(directory, 1, Durability.PageCache, TimeSpan.FromSeconds(1));
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        await using IConsumer<byte[], byte[]> consumer = node.CreateConsumer<byte[], byte[]>();
        await consumer.AssignAsync([new TopicPartition(TopicName, 0)], StartAt.Earliest);
        ProducerRecord<byte[], byte[]> record = new(null!, payload);

        return await Stopwatches.MeasureAsync(records, async () =>
        {
            Task reading = Task.Run(async () =>
            {
                int count = 0;
                await foreach (RecordLease lease in consumer.ReadLeasesAsync())
                {
                    using (lease)
                    {
                        while (lease.TryRead(out _))
                            count++;
                    }

                    if (count >= records)
                        break;
                }
            });
            await Task.Run(async () =>
            {
                for (int i = 0; i < records; i++)
                {
                    if (!producer.TryEnqueue(TopicName, record))
                        await producer.EnqueueAsync(TopicName, record);
                }

                await producer.FlushAsync();
            });
            await reading;
        });
    }

    private static async Task<StreamLogNode> StartAsync(
        string directory, int partitions, Durability durability, TimeSpan flushInterval)
    {
        StreamLogNode node = await StreamLogNode.StartAsync(new StreamLogOptions
        {
            DataDirectory = Path.Combine(directory, "data"),
            Durability = durability,
            FlushInterval = flushInterval,
        });
        await node.Admin.CreateTopicAsync(TopicName, partitions);
        return node;
    }

    private static async Task<StreamLogNode> FillAsync(string directory, int records, byte[] payload)
    {
        StreamLogNode node = await StartAsync(directory, 1, Durability.PageCache, TimeSpan.FromSeconds(1));
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        for (int i = 0; i < records; i++)
        {
            if (!producer.TryEnqueue(TopicName, record))
                await producer.EnqueueAsync(TopicName, record);
        }

        await producer.FlushAsync();
        return node;
    }

    private static async Task WarmUpAsync(
        IProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
    {
        for (int i = 0; i < 1000; i++)
            await producer.EnqueueAsync(TopicName, record);
        await producer.FlushAsync();
    }
}
