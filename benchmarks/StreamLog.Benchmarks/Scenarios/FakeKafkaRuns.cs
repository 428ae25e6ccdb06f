using StreamLog.Benchmarks.Load;
using StreamLog.Testing;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Starting a Kafka for unit tests: until the first record is acknowledged.</summary>
internal static class FakeKafkaRuns
{
    /// <summary>Starts a node in memory without anything around it.</summary>
    public static async Task<Measurement> StartNodeAsync()
    {
        StreamLogOptions options =
            new() { InMemory = true, AutoCreateTopics = true, Durability = Durability.PageCache };
        StreamLogNode? node = null;
        Measurement measured = await Stopwatches.MeasureAsync(1, async () =>
        {
            node = await StreamLogNode.StartAsync(options);
            await node.Topic<string, string>("orders").AppendAsync("k", "v");
        });
        await node!.DisposeAsync();
        return measured;
    }

    /// <summary>Starts fakes side by side, each with sockets.</summary>
    public static async Task<Measurement> StartAsync(int fakes, int brokers)
    {
        FakeKafka[] started = new FakeKafka[fakes];
        Measurement measured = await Stopwatches.MeasureAsync(fakes, () => Task.WhenAll(
            Enumerable.Range(0, fakes).Select(i => Task.Run(async () =>
            {
                started[i] = await FakeKafka.StartAsync(options => options.BrokerCount = brokers);
                await started[i].Log.Topic<string, string>("orders").AppendAsync("k", "v");
            }))));
        foreach (FakeKafka kafka in started)
            await kafka.DisposeAsync();
        return measured;
    }
}
