using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Producers that wait for less than all replicas, over a cluster behind sockets.</summary>
public sealed class AcknowledgementTests
{
    private readonly RequestContext _client = RequestContext.ForLocalClient("app");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Acks.None, 0)]
    [InlineData(Acks.Leader, 1)]
    [InlineData(Acks.All, -1)]
    public async Task Records_arrive_whoever_is_waited_for(Acks acks, short sent)
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await using StreamLogClient log = await StreamLogClient.StartAsync(cluster, cancellationToken: Stop);
        await log.Admin.CreateTopicIfMissingAsync("orders", cancellationToken: Stop);
        await using IProducer<string, string> producer =
            log.CreateProducer<string, string>(options => options.Acks = acks);

        for (int i = 0; i < 10; i++)
        {
            LogPosition position = await producer.AppendAsync("orders", new("k", $"{i}"), Stop);
            Assert.Equal(acks == Acks.None ? -1 : i, position.Offset);
        }

        List<string> values = [];
        await foreach (Record<string, string> record in
            kafka.Log.Topic<string, string>("orders").ReadAsync(StartAt.Earliest, follow: true, Stop))
        {
            values.Add(record.Value);
            if (values.Count == 10)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), values);
        Assert.All(
            kafka.Requests.Of(ApiKey.Produce), one => Assert.Equal(sent, ((ProduceRequest)one.Request).Acks));
    }

    [Fact]
    public async Task Whoever_hears_of_nothing_still_finds_the_new_leader()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 2);
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers });
        await kafka.Log.Admin.CreateTopicIfMissingAsync("orders", cancellationToken: Stop);
        await SendAsync(cluster, "0");
        (int leader, _) = await kafka.GetLeaderAsync("orders", 0);
        await kafka.MoveLeaderAsync("orders", 0, 3 - leader);

        // The old leader can say that it is none in one way: it closes the connection.
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!kafka.Requests.Of(ApiKey.Produce).Any(one => one.BrokerId == 3 - leader))
        {
            patience.Token.ThrowIfCancellationRequested();
            await SendAsync(cluster, "1");
        }
    }

    private async Task SendAsync(KafkaCluster cluster, string value)
    {
        try
        {
            await cluster.SendAsync(Batches.Produce("orders", 0, value), _client, Stop);
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            // It was being written when the connection was closed.
        }
    }
}
