using BenchmarkDotNet.Attributes;
using StreamLog.Benchmarks.Scenarios;

namespace StreamLog.Benchmarks.Micro;

/// <summary>The public API over a node with one partition, in the page cache.</summary>
[MemoryDiagnoser]
public class ClientPaths
{
    private const int Records = 10_000;

    private readonly ProducerRecord<byte[], byte[]> _record = new(null!, new byte[100]);
    private string _path = "";
    private StreamLogNode? _node;
    private IProducer<byte[], byte[]>? _producer;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _path = Path.Combine(Path.GetTempPath(), $"streamlog-bench-{Guid.NewGuid():N}");
        _node = await Nodes.StartAsync(_path, 1, Durability.PageCache, TimeSpan.FromSeconds(1));
        _producer = _node.CreateProducer<byte[], byte[]>();
        await EnqueueAsync();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _producer!.DisposeAsync();
        await _node!.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public Task EnqueueAsync() => Nodes.EnqueueAsync(_producer!, _record, Records);

    [Benchmark]
    public async Task<LogPosition> AppendAsync() => await _producer!.AppendAsync(Nodes.TopicName, _record);
}
