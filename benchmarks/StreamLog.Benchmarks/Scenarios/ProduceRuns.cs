using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Producing through the public API, as an application does it.</summary>
internal static class ProduceRuns
{
    // Enough to fill what is pooled: afterwards the state is steady.
    private const long WarmUpBytes = 64 << 20;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Hands records to a producer without waiting for each, and flushes at the end.</summary>
    public static async Task<Measurement> ProduceAsync(
        string directory, int records, byte[] payload, int partitions, Durability durability, TimeSpan flushInterval)
    {
        await using StreamLogNode node = await Nodes.StartAsync(directory, partitions, durability, flushInterval);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        await Nodes.EnqueueAsync(producer, record, (int)(WarmUpBytes / payload.Length));
        return await Stopwatches.MeasureAsync(records, () => Nodes.EnqueueAsync(producer, record, records));
    }

    /// <summary>Waits for the acknowledgement of every record, from a number of tasks.</summary>
    public static Task<Measurement> AcknowledgeAsync(
        string directory, int tasks, int producers, byte[] payload, Durability durability, TimeSpan duration) =>
        WithProducersAsync(
            directory, producers, payload, durability,
            append => Stopwatches.DriveAsync(tasks, duration, append));

    /// <summary>The same for a number of records that does not hang on the machine.</summary>
    public static Task<Measurement> AcknowledgeAsync(
        string directory, int tasks, int recordsEach, byte[] payload, Durability durability) =>
        WithProducersAsync(
            directory, 1, payload, durability, append => Stopwatches.RepeatAsync(tasks, recordsEach, append));

    private static async Task<Measurement> WithProducersAsync(
        string directory, int producers, byte[] payload, Durability durability,
        Func<Func<int, ValueTask<LogPosition>>, Task<Measurement>> measure)
    {
        await using StreamLogNode node = await Nodes.StartAsync(directory, 1, durability, Second);
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        IProducer<byte[], byte[]>[] all = new IProducer<byte[], byte[]>[producers];
        for (int i = 0; i < producers; i++)
        {
            all[i] = node.CreateProducer<byte[], byte[]>();
            await Nodes.EnqueueAsync(all[i], record, 1000);
        }

        try
        {
            return await measure(task => all[task % all.Length].AppendAsync(Nodes.TopicName, record));
        }
        finally
        {
            foreach (IProducer<byte[], byte[]> producer in all)
                await producer.DisposeAsync();
        }
    }
}
