using StreamLog;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;
using Xunit;

namespace UnitTesting;

/// <summary>What docs/testing.md shows. It runs with every test run, as all tests do.</summary>
public sealed class Examples
{
    [Fact]
    public async Task Start()
    {
        await using FakeKafka broker = await FakeKafka.StartAsync();
        string bootstrapServers = broker.BootstrapServers;

        Assert.StartsWith("127.0.0.1:", bootstrapServers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();

        kafka.Faults.On(ApiKey.Produce).ForTopic("orders").Times(2).Fail(ErrorCode.NotLeaderOrFollower);
        kafka.Faults.On(ApiKey.OffsetCommit).ForGroup("billing").Once().DisconnectAfter();
        kafka.Faults.On(ApiKey.Fetch).ForClient("slow").WithProbability(0.1).Delay(TimeSpan.FromMilliseconds(50));
        using (kafka.Faults.On().ForBroker(1).Swallow())
        {
            // Here the broker takes requests and answers none.
        }

        Fault throttle = kafka.Faults.On(ApiKey.Produce).Throttle(TimeSpan.FromMilliseconds(10));
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "v");
        await throttle.WaitAsync();
        throttle.Lift();
        Assert.True(throttle.IsOver);
    }

    [Fact]
    public async Task Barriers()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        ITopic<string, string> orders = kafka.Log.Topic<string, string>("orders");

        FaultBarrier barrier = kafka.Faults.On(ApiKey.Produce).Hold();
        Task<LogPosition> append = orders.AppendAsync("k", "v").AsTask();
        await barrier.WaitUntilEnteredAsync();
        Assert.False(append.IsCompleted);
        barrier.Release();
        await append;

        using FaultBarrier acknowledgements = kafka.Faults.On(ApiKey.Produce).HoldAnswer();
        append = orders.AppendAsync("k", "w").AsTask();
        await acknowledgements.WaitUntilEnteredAsync();
        Assert.Equal(2, kafka.Log.Topics.Single().Partitions.Single().LogEndOffset);
        Assert.False(append.IsCompleted);
        acknowledgements.Release();
        await append;
    }

    [Fact]
    public async Task Answers()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();

        kafka.Faults.On(ApiKey.ListGroups).Once().Answer<ListGroupsRequest, ListGroupsResponse>(
            request => new ListGroupsResponse { ErrorCode = ErrorCode.CoordinatorLoadInProgress });
        kafka.Faults.On(ApiKey.Metadata).Change<MetadataResponse>(response => response.ControllerId = -1);

        ListGroupsResponse groups = await kafka.Brokers[0].SendAsync(
            new ListGroupsRequest(), RequestContext.Local, CancellationToken.None);
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, groups.ErrorCode);
    }

    [Fact]
    public async Task Brokers()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "v");

        await kafka.Brokers[0].StopAsync();
        (int leader, int epoch) = await kafka.GetLeaderAsync("orders", 0);
        await kafka.Brokers[0].StartAsync();
        await kafka.MoveLeaderAsync("orders", 0, 1);
        await kafka.AssignReplicasAsync("orders", 0, 1, 3);
        await kafka.MoveGroupCoordinatorAsync("billing", 2);
        FakeBroker fourth = await kafka.AddBrokerAsync(rack: "b");
        await kafka.RemoveBrokerAsync(3);

        Assert.Equal((2, 1), (leader, epoch));
        Assert.Equal([1, 2, 4], kafka.Brokers.Select(broker => broker.NodeId));
        Assert.Equal(4, fourth.NodeId);
    }

    [Fact]
    public async Task CutOff()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = 3);
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "v");

        await kafka.Brokers[0].CutOffAsync();
        (int leader, int epoch) = await kafka.GetLeaderAsync("orders", 0); // As before.
        await kafka.Brokers[0].StartAsync();

        Assert.Equal((1, 0), (leader, epoch));
    }

    [Fact]
    public async Task Requests()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "v");

        IReadOnlyList<RecordedRequest> produced = await kafka.Requests.WaitForAsync(ApiKey.Produce);
        Assert.Equal("orders", produced[0].Targets[0].Name);
        Assert.Empty(kafka.Requests.Of(ApiKey.DeleteTopics));
    }

    [Fact]
    public async Task Wire()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(
            options => options.Listener = listener => listener.Wire = new CutFirstAnswer());

        Assert.Single(kafka.Brokers);
    }

    [Fact]
    public async Task Time()
    {
        TestTime time = new();
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Time = time);
        await kafka.Log.Admin.CreateTopicAsync("orders", configs: new Dictionary<string, string>
        {
            ["retention.ms"] = "3600000",
            ["message.timestamp.type"] = "LogAppendTime",
        });
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "old");

        time.Advance(TimeSpan.FromHours(2));
        await kafka.Log.Maintenance.ApplyRetentionAsync();

        Assert.Equal(1, kafka.Log.Topics.Single().Partitions.Single().LogStartOffset);
    }

    [Fact]
    public async Task Security()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.Listener = listener => listener.SaslMechanisms.Add("SCRAM-SHA-256");
            options.Node = node =>
            {
                node.Security.Users["alice"] = "secret";
                node.Security.Acls = true;
                node.Security.SuperUsers.Add("User:alice");
            };
        });

        Assert.Single(kafka.Brokers);
    }

    [Fact]
    public async Task OlderKafka()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(
            options => options.Versions = KafkaVersions.Kafka25.Without(ApiKey.DeleteRecords));

        Assert.Equal(11, kafka.Brokers[0].SupportedApis.Single(api => api.ApiKey == ApiKey.Fetch).MaxVersion);

        await kafka.Brokers[0].StopAsync();
        kafka.Brokers[0].Versions = KafkaVersions.All;
        await kafka.Brokers[0].StartAsync();

        Assert.Equal(18, kafka.Brokers[0].SupportedApis.Single(api => api.ApiKey == ApiKey.Fetch).MaxVersion);
    }
}
