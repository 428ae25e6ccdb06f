using Confluent.Kafka;
using StreamLog.Protocol;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>Brokers go and come, and leaders and coordinators move, under clients that nobody here wrote: all is
/// written and read once, in its order.</summary>
public sealed class RealClientBrokerTests
{
    private const string Topic = "orders";
    private const int Burst = 20;

    public static TheoryData<string> Moves =>
    [
        "stop the leader", "cut the leader off", "move the lead", "rotate leaders", "move the coordinator",
        "stop the coordinator", "take a broker out", "tell old metadata",
    ];

    [Theory]
    [MemberData(nameof(Moves))]
    public async Task A_producer_and_a_group_go_on(string move)
    {
        await using FakeKafka kafka = await StartAsync();
        using RealProducer producer = RealClient.Producer(kafka);
        await producer.SendAsync(Topic, "0");
        using RealConsumer consumer = RealClient.Subscribed(kafka, Topic);
        List<string> read = await consumer.ReadAsync(1);
        List<Task> sending = Send(producer, 1);
        Task<List<string>> reading = consumer.ReadAsync(3 * Burst);

        Func<Task> back = await DoAsync(kafka, move);
        sending.AddRange(Send(producer, 1 + Burst));
        await back();
        sending.AddRange(Send(producer, 1 + (2 * Burst)));

        await Task.WhenAll(sending);
        read.AddRange(await reading);
        Assert.Equal(Enumerable.Range(0, 1 + (3 * Burst)).Select(i => $"{i}"), read);
        Assert.Equal(
            1 + (3 * Burst), kafka.Log.Topics.Single(topic => topic.Name == Topic).Partitions[0].HighWatermark);
        await CommitAsync(consumer);
        Assert.Equal(
            1 + (3 * Burst), (await kafka.Log.Admin.ListGroupOffsetsAsync("reads-orders"))[new(Topic, 0)].Offset);
        consumer.Close();
    }

    [Fact]
    public async Task A_transaction_goes_on_while_its_coordinator_moves()
    {
        await using FakeKafka kafka = await StartAsync();
        using RealProducer producer = RealClient.Producer(kafka, ("transactional.id", "tx"));
        producer.InitTransactions(RealClient.Patience);
        for (int i = 0; i < 4; i++)
        {
            producer.BeginTransaction();
            await producer.SendAsync(Topic, $"{i}");
            int coordinator = await kafka.GetTransactionCoordinatorAsync("tx");
            if (i % 2 == 0)
                await kafka.MoveTransactionCoordinatorAsync("tx", (coordinator % 3) + 1);
            else
                await kafka.Brokers[coordinator - 1].StopAsync();
            producer.CommitTransaction(RealClient.Patience);
            await kafka.Brokers[coordinator - 1].StartAsync();
        }

        using RealConsumer consumer =
            RealClient.Subscribed(kafka, Topic, ("isolation.level", "read_committed"));
        Assert.Equal(["0", "1", "2", "3"], await consumer.ReadAsync(4));
        consumer.Close();
    }

    [Fact]
    public async Task A_consumer_reads_from_the_replica_in_its_rack()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 3;
            options.Racks.Add("a");
            options.Racks.Add("a");
            options.Racks.Add("b");
        });
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "0");
        await kafka.AssignReplicasAsync(Topic, 0, 1, 2);
        using RealConsumer consumer = RealClient.Subscribed(kafka, Topic, ("client.rack", "b"));
        Assert.Equal(["0"], await consumer.ReadAsync(1));
        Assert.All(kafka.Requests.Of(ApiKey.Fetch), request => Assert.Equal(1, request.BrokerId));

        await kafka.AssignReplicasAsync(Topic, 0, 1, 3);
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "1");
        Assert.Equal(["1"], await consumer.ReadAsync(1));
        await kafka.Requests.WaitForAsync(request => request is { ApiKey: ApiKey.Fetch, BrokerId: 3 });
        await kafka.Log.Topic<string, string>(Topic).AppendAsync("k", "2");

        Assert.Equal(["2"], await consumer.ReadAsync(1));
        consumer.Close();
    }

    private static Task<FakeKafka> StartAsync() => FakeKafka.StartAsync(options => options.BrokerCount = 3);

    private static List<Task> Send(RealProducer producer, int from) =>
        [.. Enumerable.Range(from, Burst).Select(i => producer.SendAsync(Topic, $"{i}"))];

    // A coordinator that has just moved may refuse the first time.
    private static Task CommitAsync(RealConsumer consumer) => Task.Run(() =>
    {
        using CancellationTokenSource patience = new(RealClient.Patience);
        while (true)
        {
            try
            {
                consumer.Commit();
                return;
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal)
            {
                patience.Token.ThrowIfCancellationRequested();
                consumer.Consume(TimeSpan.FromMilliseconds(10));
            }
        }
    });

    // Returns what undoes it.
    private static async Task<Func<Task>> DoAsync(FakeKafka kafka, string move)
    {
        int leader = (await kafka.GetLeaderAsync(Topic, 0)).BrokerId;
        int coordinator = await kafka.GetGroupCoordinatorAsync("reads-orders");
        int next = (leader % 3) + 1;
        switch (move)
        {
            case "stop the leader":
                await kafka.Brokers[leader - 1].StopAsync();
                return kafka.Brokers[leader - 1].StartAsync;
            case "cut the leader off":
                await kafka.Brokers[leader - 1].CutOffAsync();
                return kafka.Brokers[leader - 1].StartAsync;
            case "move the lead":
                await kafka.MoveLeaderAsync(Topic, 0, next);
                return () => kafka.MoveLeaderAsync(Topic, 0, leader);
            case "rotate leaders":
                await kafka.RotateLeadersAsync();
                return kafka.RotateLeadersAsync;
            case "move the coordinator":
                await kafka.MoveGroupCoordinatorAsync("reads-orders", (coordinator % 3) + 1);
                return () => kafka.MoveGroupCoordinatorAsync("reads-orders", coordinator);
            case "stop the coordinator":
                await kafka.Brokers[coordinator - 1].StopAsync();
                return kafka.Brokers[coordinator - 1].StartAsync;
            case "take a broker out":
                await kafka.RemoveBrokerAsync(leader);
                return () => kafka.AddBrokerAsync(brokerId: leader);
            default:
                Fault old = kafka.PretendLeader(Topic, 0, leader, leaderEpoch: 0);
                await kafka.MoveLeaderAsync(Topic, 0, next);
                return () =>
                {
                    old.Lift();
                    return Task.CompletedTask;
                };
        }
    }
}
