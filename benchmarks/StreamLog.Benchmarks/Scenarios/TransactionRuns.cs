using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Records that count together, against records that each count for themselves.</summary>
internal static class TransactionRuns
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Hands a number of records over, and waits until they are durable; again and again.</summary>
    public static async Task<Measurement> FlushAsync(string directory, int records, byte[] payload, TimeSpan duration)
    {
        await using StreamLogNode node = await Nodes.StartAsync(directory, 1, Durability.OnCommit, Second);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        return await Stopwatches.DriveAsync(1, duration, async _ =>
        {
            await Nodes.EnqueueAsync(producer, record, records);
            return true;
        });
    }

    /// <summary>Does the same in transactions, and waits until each is committed.</summary>
    public static async Task<Measurement> CommitAsync(string directory, int records, byte[] payload, TimeSpan duration)
    {
        await using StreamLogNode node = await Nodes.StartAsync(directory, 1, Durability.OnCommit, Second);
        await using ITransactionalProducer transactions = node.CreateTransactionalProducer("load");
        IProducer<byte[], byte[]> producer = transactions.CreateProducer<byte[], byte[]>();
        ProducerRecord<byte[], byte[]> record = new(null!, payload);
        return await Stopwatches.DriveAsync(1, duration, async _ =>
        {
            await using ITransaction transaction = await transactions.BeginAsync();
            for (int i = 0; i < records; i++)
            {
                if (!producer.TryEnqueue(Nodes.TopicName, record))
                    await producer.EnqueueAsync(Nodes.TopicName, record);
            }

            await transaction.CommitAsync();
            return true;
        });
    }
}
