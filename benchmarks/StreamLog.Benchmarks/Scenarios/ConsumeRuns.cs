using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Consuming through the public API, as an application does it.</summary>
internal static class ConsumeRuns
{
    // Enough to have the buffers that reading needs.
    private const int WarmUpRecords = 100_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Reads all records of one partition as leases, touching each, a number of times.</summary>
    public static async Task<Measurement> ReadLeasesAsync(
        string directory, int records, byte[] payload, int passes = 1)
    {
        await using StreamLogNode node = await Nodes.FillAsync(directory, records, payload);
        await using IConsumer<byte[], byte[]> consumer = node.CreateConsumer<byte[], byte[]>();
        TopicPartition partition = new(Nodes.TopicName, 0);
        await consumer.AssignAsync([partition], StartAt.Earliest);
        await CountLeasesAsync(consumer, Math.Min(records, WarmUpRecords));
        return await Stopwatches.MeasureAsync((long)records * passes, async () =>
        {
            for (int pass = 0; pass < passes; pass++)
            {
                await consumer.SeekAsync(partition, StartAt.Earliest);
                await CountLeasesAsync(consumer, records);
            }
        });
    }

    /// <summary>Reads all records of one partition, decoded.</summary>
    public static async Task<Measurement> ReadRecordsAsync(string directory, int records, byte[] payload)
    {
        await using StreamLogNode node = await Nodes.FillAsync(directory, records, payload);
        await using IConsumer<byte[], ReadOnlyMemory<byte>> consumer =
            node.CreateConsumer<byte[], ReadOnlyMemory<byte>>();
        return await Stopwatches.MeasureAsync(records, async () =>
        {
            await consumer.AssignAsync([new TopicPartition(Nodes.TopicName, 0)], StartAt.Earliest);
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
        await using StreamLogNode node = await Nodes.StartAsync(directory, 1, Durability.PageCache, Second);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        await using IConsumer<byte[], byte[]> consumer = node.CreateConsumer<byte[], byte[]>();
        await consumer.AssignAsync([new TopicPartition(Nodes.TopicName, 0)], StartAt.Earliest);
        ProducerRecord<byte[], byte[]> record = new(null!, payload);

        return await Stopwatches.MeasureAsync(records, async () =>
        {
            Task reading = Task.Run(() => CountLeasesAsync(consumer, records));
            await Task.Run(() => Nodes.EnqueueAsync(producer, record, records));
            await reading;
        });
    }

    private static async Task CountLeasesAsync(IConsumer<byte[], byte[]> consumer, int records)
    {
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

        if (count < records || sum < 0)
            throw new InvalidOperationException($"Read {count} of {records}.");
    }
}
