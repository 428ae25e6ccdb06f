using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>What tests of connections to clusters have in common: one client, and its requests.</summary>
public abstract class ClusterTest
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected RequestContext Client { get; } = RequestContext.ForLocalClient("app");

    /// <summary>Starts a cluster of so many brokers.</summary>
    protected static Task<FakeKafka> StartAsync(int brokers) =>
        FakeKafka.StartAsync(options => options.BrokerCount = brokers, Stop);

    private protected static KafkaCluster Connect(
        ListenedNode node, Action<KafkaClusterOptions>? configure = null, ManualTime? time = null) =>
        Connect(node.Endpoint.Address, configure, time);

    private protected static KafkaCluster Connect(
        FakeKafka kafka, Action<KafkaClusterOptions>? configure = null, ManualTime? time = null) =>
        Connect(kafka.BootstrapServers, configure, time);

    /// <summary>Connects, on the machine's clock or on one that the test moves.</summary>
    private protected static KafkaCluster Connect(
        string servers, Action<KafkaClusterOptions>? configure = null, ManualTime? time = null)
    {
        KafkaClusterOptions options = new() { BootstrapServers = servers };
        configure?.Invoke(options);
        return new KafkaCluster(options, time: time);
    }

    protected ValueTask<TResponse> SendAsync<TResponse>(KafkaCluster cluster, IRequest<TResponse> request)
        where TResponse : class => cluster.SendAsync(request, Client, Stop);

    protected async Task CreateAsync(KafkaCluster cluster, string topic, int partitions, short replicas = 1)
    {
        CreateTopicsResponse created = await SendAsync(cluster, new CreateTopicsRequest
        {
            Topics = [new() { Name = topic, NumPartitions = partitions, ReplicationFactor = replicas }],
            TimeoutMs = 10_000,
        });
        Assert.Equal(ErrorCode.None, created.Topics.Single().ErrorCode);
    }

    /// <summary>Appends the number of each partition to it.</summary>
    protected static ProduceRequest Produce(string topic, int partitions, int first = 0) => new()
    {
        Acks = -1,
        TimeoutMs = 10_000,
        TopicData =
        [
            new()
            {
                Name = topic,
                PartitionData = [.. Enumerable.Range(first, partitions).Select(
                    index => new ProduceRequest.PartitionProduceData
                    {
                        Index = index,
                        Records = Batches.Of($"{index}"),
                    })],
            },
        ],
    };

    /// <summary>Reads partitions, each from its offset.</summary>
    protected static FetchRequest Fetch(string topic, IEnumerable<long> offsets, int maxWaitMs = 600_000)
    {
        FetchRequest request = Batches.Fetch(topic, 0, maxWaitMs);
        request.Topics[0].Partitions = [.. offsets.Select((offset, partition) => new FetchRequest.FetchPartition
        {
            Partition = partition,
            FetchOffset = offset,
            PartitionMaxBytes = int.MaxValue,
        })];
        return request;
    }

    /// <summary>Asks for the end of a topic's first partition.</summary>
    protected static ListOffsetsRequest Offsets(string topic) => new()
    {
        Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = 0, Timestamp = -1 }] }],
    };
}
