using BenchmarkDotNet.Attributes;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Produce and Fetch through <see cref="IBroker"/>, as a client sends them. Page-cache durability.</summary>
[MemoryDiagnoser]
public class BrokerRequests : IDisposable
{
    private const int BatchBytes = 16 * 1024;

    private string _path = "";
    private StreamLogNode? _node;
    private ProduceRequest _produce = new();
    private FetchRequest _fetch = new();

    [GlobalSetup]
    public void Prepare()
    {
        _path = Path.Combine(Path.GetTempPath(), $"streamlog-bench-{Guid.NewGuid():N}");
        _node = StreamLogNode.StartAsync(new StreamLogOptions
        {
            DataDirectory = _path,
            Durability = Durability.PageCache,
        }).AsTask().GetAwaiter().GetResult();
        _node.Admin.CreateTopicAsync("bench", 1).AsTask().GetAwaiter().GetResult();
        Guid id = _node.Topics.Single(topic => topic.Name == "bench").TopicId;
        _produce = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 30_000,
            TopicData =
            [
                new ProduceRequest.TopicProduceData
                {
                    Name = "bench",
                    TopicId = id,
                    PartitionData =
                        [new ProduceRequest.PartitionProduceData { Index = 0, Records = Batches.Of(BatchBytes) }],
                },
            ],
        };
        _fetch = new FetchRequest
        {
            MinBytes = 1,
            Topics =
            [
                new FetchRequest.FetchTopic
                {
                    Topic = "bench",
                    TopicId = id,
                    Partitions =
                    [
                        new FetchRequest.FetchPartition
                        {
                            Partition = 0, FetchOffset = 0, PartitionMaxBytes = BatchBytes,
                        },
                    ],
                },
            ],
        };
        Produce();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _node?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _node = null;
        if (Directory.Exists(_path))
            Directory.Delete(_path, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public ErrorCode Produce()
    {
        ProduceResponse response = Send(_produce);
        ErrorCode code = response.Responses[0].PartitionResponses[0].ErrorCode;
        return code == ErrorCode.None ? code : throw new InvalidOperationException(code.ToString());
    }

    [Benchmark]
    public int Fetch()
    {
        using FetchResponse response = Send(_fetch);
        int length = response.Responses[0].Partitions[0].Records?.Length ?? 0;
        return length > 0 ? length : throw new InvalidOperationException("Nothing was fetched.");
    }

    private TResponse Send<TResponse>(IRequest<TResponse> request)
        where TResponse : class
    {
        ValueTask<TResponse> sent = _node!.Broker.SendAsync(request, RequestContext.Local, CancellationToken.None);
        return sent.IsCompletedSuccessfully ? sent.Result : sent.AsTask().GetAwaiter().GetResult();
    }
}
