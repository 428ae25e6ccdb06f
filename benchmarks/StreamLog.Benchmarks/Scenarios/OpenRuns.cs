using StreamLog.Benchmarks.Load;
using StreamLog.Storage;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Starting a node on a directory of many partitions.</summary>
internal static class OpenRuns
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Creates the partitions, appends a record to each, and stops in order.</summary>
    public static async Task PrepareAsync(string directory, int partitions)
    {
        await using StreamLogNode node =
            await Nodes.StartAsync(directory, partitions, Durability.PageCache, Second);
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        byte[] payload = new byte[100];
        for (int partition = 0; partition < partitions; partition++)
        {
            await producer.EnqueueAsync(
                Nodes.TopicName, new ProducerRecord<byte[], byte[]>(null!, payload) { Partition = partition });
        }

        await producer.FlushAsync();
    }

    /// <summary>Starts the node, until it answers. What it then holds in memory is counted by partition.</summary>
    public static async Task<Measurement> OpenAsync(string directory, int partitions)
    {
        StreamLogNode? node = null;
        Measurement measured = await Stopwatches.MeasureAsync(
            1, async () => node = await Nodes.StartAsync(directory, Durability.PageCache, Second));
        int found = node!.Topics.Single(topic => topic.Name == Nodes.TopicName).Partitions.Count;
        long with = Collect();
        await node.DisposeAsync();
        node = null;
        return found == partitions
            ? measured with { RetainedBytes = (with - Collect()) / (double)partitions }
            : throw new InvalidOperationException($"Opened {found} of {partitions} partitions.");
    }

    /// <summary>The same without the marker of a clean stop, as after a kill.</summary>
    public static async Task<Measurement> OpenUncleanAsync(string directory, int partitions)
    {
        File.Delete(Path.Combine(directory, "data", CleanShutdownFile.FileName));
        return await OpenAsync(directory, partitions);
    }

    private static long Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
