using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Groups: how long it takes to share partitions anew, and how many commits a node takes.</summary>
internal static class GroupRuns
{
    private const string Group = "load";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Lets one more member join, until all have their share.</summary>
    public static async Task<Measurement> RebalanceAsync(string directory, int members, int partitions)
    {
        await using StreamLogNode node = await Nodes.StartAsync(directory, partitions, Durability.PageCache, Second);
        using CancellationTokenSource stop = new();
        List<IGroupConsumer<string, byte[]>> consumers = [];
        List<Task> reading = [];
        for (int i = 1; i < members; i++)
            Join();
        await SharedAsync(consumers, partitions);

        Measurement measured = await Stopwatches.MeasureAsync(1, async () =>
        {
            Join();
            await SharedAsync(consumers, partitions);
        });
        await stop.CancelAsync();
        await Task.WhenAll(reading);
        foreach (IGroupConsumer<string, byte[]> consumer in consumers)
            await consumer.DisposeAsync();
        return measured;

        void Join()
        {
            IGroupConsumer<string, byte[]> consumer = node.Topic<string, byte[]>(Nodes.TopicName).Consume(Group);
            consumers.Add(consumer);
            reading.Add(ReadAsync(consumer, stop.Token));
        }
    }

    /// <summary>Commits one offset at a time, durably, in as many groups as there are tasks.</summary>
    public static async Task<Measurement> CommitAsync(string directory, int tasks, TimeSpan duration)
    {
        await using StreamLogNode node = await Nodes.StartAsync(directory, 1, Durability.OnCommit, Second);
        IConsumer<string, byte[]>[] consumers =
        [
            .. Enumerable.Range(0, tasks).Select(task =>
                node.CreateConsumer<string, byte[]>(options => options.Group = $"{Group}-{task}")),
        ];
        long[] offsets = new long[tasks];
        TopicPartition partition = new(Nodes.TopicName, 0);
        Measurement measured = await Stopwatches.DriveAsync(tasks, duration, async task =>
        {
            await consumers[task].CommitAsync(
                new Dictionary<TopicPartition, OffsetAndMetadata> { [partition] = new(offsets[task]++) });
            return true;
        });
        foreach (IConsumer<string, byte[]> consumer in consumers)
            await consumer.DisposeAsync();
        return measured;
    }

    private static async Task ReadAsync(IGroupConsumer<string, byte[]> consumer, CancellationToken stop)
    {
        try
        {
            await foreach (Record<string, byte[]> record in consumer.ReadAllAsync(stop))
                record.Complete();
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
    }

    private static async Task SharedAsync(List<IGroupConsumer<string, byte[]>> consumers, int partitions)
    {
        int least = partitions / Math.Max(1, consumers.Count);
        while (consumers.Sum(consumer => consumer.Assignment.Count) != partitions
            || consumers.Any(consumer => consumer.Assignment.Count < least))
        {
            await Task.Delay(1);
        }
    }
}
