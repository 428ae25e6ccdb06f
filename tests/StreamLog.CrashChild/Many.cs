using System.Diagnostics;
using System.Globalization;

namespace StreamLog.CrashChild;

/// <summary>A node with many partitions: writes to all of them, or reads back what is in all of them.</summary>
/// <remarks>Run it under a limit of open files. Each step is reported with what it took.</remarks>
internal static class Many
{
    private const string TopicName = "many";

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The data directory, the number of partitions, how many rounds of records must be there
    /// in each, and <c>stop</c> or <c>die</c>.</param>
    public static async Task RunAsync(string[] arguments)
    {
        Report report = new();
        int partitions = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        int rounds = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        StreamLogOptions options = new()
        {
            DataDirectory = arguments[0],
            Durability = Durability.PageCache,
            RecoveryProgress = new LastProgress(report),
        };
        options.Topics.Add(TopicName, new TopicOptions { Partitions = partitions });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long started = Stopwatch.GetTimestamp();
        StreamLogNode node = await StreamLogNode.StartAsync(options);
        Say(report, "started", started);
        report.Write($"kept {(GC.GetTotalMemory(forceFullCollection: true) - before) / partitions}");
        await using IProducer<int, int> producer = node.CreateProducer<int, int>();
        started = Stopwatch.GetTimestamp();
        await ReadAsync(node, partitions, rounds);
        Say(report, "read", started);

        started = Stopwatch.GetTimestamp();
        for (int partition = 0; partition < partitions; partition++)
        {
            await producer.EnqueueAsync(
                TopicName, new ProducerRecord<int, int>(partition, rounds) { Partition = partition });
        }

        await producer.FlushAsync();
        Say(report, "written", started);
        report.Write($"files {Directory.GetFiles("/proc/self/fd").Length}");
        GC.Collect();
        report.Write($"heap {GC.GetTotalMemory(forceFullCollection: true)}");
        if (arguments[3] == "die")
            Process.GetCurrentProcess().Kill();

        started = Stopwatch.GetTimestamp();
        await node.DisposeAsync();
        Say(report, "stopped", started);
    }

    // All that is there, and nothing else: in each partition as many records as there were rounds, in their order.
    private static async Task ReadAsync(StreamLogNode node, int partitions, int rounds)
    {
        int left = partitions * rounds;
        if (left == 0)
            return;
        int[] next = new int[partitions];
        await using IConsumer<int, int> consumer = node.CreateConsumer<int, int>();
        await consumer.AssignAsync(
            Enumerable.Range(0, partitions).Select(partition => new TopicPartition(TopicName, partition)),
            StartAt.Earliest);
        await foreach (IReadOnlyList<Record<int, int>> records
            in consumer.ReadBatchesAsync(1_000, TimeSpan.FromMilliseconds(1)))
        {
            foreach (Record<int, int> record in records)
            {
                LogPosition at = record.Position;
                int expected = next[at.Partition]++;
                if (at.Offset != expected || record.Key != at.Partition || record.Value != expected)
                    throw new InvalidOperationException($"{at} has {record.Key}: {record.Value}.");
            }

            left -= records.Count;
            if (left == 0)
                return;
        }
    }

    private static void Say(Report report, string what, long started) => report.Write(string.Create(
        CultureInfo.InvariantCulture, $"{what} {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms"));

    private sealed class LastProgress(Report report) : IProgress<RecoveryProgress>
    {
        public void Report(RecoveryProgress value)
        {
            if (value.IsComplete && value.Partitions > 1)
                report.Write($"opened {value.Opened} offline {value.Offline} scanned {value.BytesScanned}");

        }
    }
}
