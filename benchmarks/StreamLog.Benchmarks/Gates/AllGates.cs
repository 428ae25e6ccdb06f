using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Micro;
using StreamLog.Benchmarks.Scenarios;

namespace StreamLog.Benchmarks.Gates;

/// <summary>Every gate, layer by layer: the micro-benchmarks' own methods, and whole paths of the clients.</summary>
internal static class AllGates
{
    private const int Records = 1_000_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly byte[] Payload = new byte[100];

    public static IEnumerable<Gate> List() => [.. Layers(), .. Produces(), .. Consumes()];

    private static IEnumerable<Gate> Layers()
    {
        yield return Of("records: build a batch, a record", new RecordBatches { PayloadBytes = 100 }, 200,
            layer => layer.Prepare(), layer => layer.Build(), RecordBatches.Records);
        yield return Of("records: walk through a batch, a record", new RecordBatches { PayloadBytes = 100 }, 200,
            layer => layer.Prepare(), layer => layer.Walk(), RecordBatches.Records);
        foreach (CompressionType type in Codecs.Types)
        {
            yield return Of($"codecs: compress 64 KiB, {type}", new Codecs { Type = type }, 200,
                layer => layer.Prepare(), layer => layer.Compress());
            yield return Of($"codecs: decompress 64 KiB, {type}", new Codecs { Type = type }, 200,
                layer => layer.Prepare(), layer => layer.Decompress());
        }

        yield return Of("storage: append a batch of 64 KiB", new StorageAppends { BatchBytes = 65536 }, 2000,
            layer => layer.Prepare(), layer => layer.Append());
        yield return Of("storage: read 64 KiB of the tail", new StorageReads { BatchBytes = 65536 }, 5000,
            layer => layer.Prepare(), layer => layer.ReadTail());
        yield return Of("storage: read 64 KiB of the file", new StorageReads { BatchBytes = 65536 }, 2000,
            layer => layer.Prepare(), layer => layer.ReadFile());
        yield return Of("broker: produce a batch of 16 KiB", new BrokerRequests(), 5000,
            layer => layer.Prepare(), layer => layer.Produce());
        yield return Of("broker: fetch 16 KiB", new BrokerRequests(), 5000,
            layer => layer.Prepare(), layer => layer.Fetch());
    }

    private static IEnumerable<Gate> Produces()
    {
        foreach (int partitions in Names.Partitions)
        {
            yield return new Gate(
                $"clients: fire-and-forget, {partitions} partition(s), a record",
                dir => ProduceRuns.ProduceAsync(dir, Records, Payload, partitions, Durability.PageCache, Second))
            {
                Target = 1,
            };
        }

        foreach (int tasks in Names.AckTasks)
        {
            int each = tasks == 1 ? 5000 : tasks == 16 ? 500 : 100;
            yield return new Gate(
                $"clients: await each append on disk, {tasks} task(s)",
                dir => ProduceRuns.AcknowledgeAsync(dir, tasks, each, Payload, Durability.OnCommit))
            {
                Target = 100,
            };
        }

        yield return new Gate(
            "clients: await each append in the page cache, 1 task",
            dir => ProduceRuns.AcknowledgeAsync(dir, 1, 50_000, Payload, Durability.PageCache))
        {
            Target = 100,
        };
    }

    private static IEnumerable<Gate> Consumes()
    {
        yield return new Gate(
            "clients: read leases, a record", dir => ConsumeRuns.ReadLeasesAsync(dir, Records, Payload, passes: 4))
        {
            Target = 1,
        };
        yield return new Gate(
            "clients: read decoded records, a record", dir => ConsumeRuns.ReadRecordsAsync(dir, Records, Payload));
        yield return new Gate(
            "clients: hand-off to a waiting reader, a record", dir => ConsumeRuns.HandOffAsync(dir, Records, Payload));
    }

    // A method of a micro-benchmark, called a number of times.
    private static Gate Of<T>(
        string name, T layer, int times, Action<T> prepare, Action<T> operation, int operationsEach = 1) => new(
            name,
            async _ =>
            {
                prepare(layer);
                try
                {
                    for (int i = 0; i < times; i++)
                        operation(layer);
                    return await Stopwatches.MeasureAsync((long)times * operationsEach, () =>
                    {
                        for (int i = 0; i < times; i++)
                            operation(layer);
                        return Task.CompletedTask;
                    });
                }
                finally
                {
                    (layer as IDisposable)?.Dispose();
                }
            });
}
