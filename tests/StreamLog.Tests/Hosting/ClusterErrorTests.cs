using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>What brokers of a cluster answer while leaders and coordinators move, disks fail and news travels: clients
/// pass over all of it, as Kafka's do.</summary>
public sealed class ClusterErrorTests
{
    private static readonly TopicPartition Orders = new("orders", 0);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ErrorCode.NotLeaderOrFollower)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    [InlineData(ErrorCode.FencedLeaderEpoch)]
    [InlineData(ErrorCode.UnknownLeaderEpoch)]
    [InlineData(ErrorCode.UnknownTopicId)]
    [InlineData(ErrorCode.UnknownTopicOrPartition)]
    [InlineData(ErrorCode.KafkaStorageError)]
    [InlineData(ErrorCode.RequestTimedOut)]
    [InlineData(ErrorCode.NetworkException)]
    public async Task Records_are_appended_fetched_and_looked_up_all_the_same(ErrorCode error)
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StartAsync(kafka);
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        await orders.AppendAsync("k", "1", Stop);
        Fault produce = kafka.Faults.On(ApiKey.Produce).Times(2).Fail(error);
        Fault fetch = kafka.Faults.On(ApiKey.Fetch).Times(2).Fail(error);
        Fault list = kafka.Faults.On(ApiKey.ListOffsets).Times(2).Fail(error);

        await orders.AppendAsync("k", "2", Stop);
        List<string> read = [];
        await foreach (Record<string, string> record in orders.ReadAsync(StartAt.Earliest, cancellationToken: Stop))
            read.Add(record.Value);

        Assert.Equal(["1", "2"], read);
        Assert.All([produce, fetch, list], fault => Assert.Equal(2, fault.Count));
    }

    [Theory]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.NetworkException)]
    [InlineData(ErrorCode.RequestTimedOut)]
    public async Task A_group_is_joined_and_committed_to_all_the_same(ErrorCode error)
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StartAsync(kafka);
        ApiKey[] apis = [ApiKey.ConsumerGroupHeartbeat, ApiKey.OffsetFetch, ApiKey.OffsetCommit];
        await ConsumeAsync(kafka, log, apis, error);
    }

    [Theory]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.NetworkException)]
    [InlineData(ErrorCode.RebalanceInProgress)]
    public async Task A_classic_group_is_joined_and_committed_to_all_the_same(ErrorCode error)
    {
        await using FakeKafka kafka =
            await StartAsync(options => options.Versions = KafkaVersions.All.Without(ApiKey.ConsumerGroupHeartbeat));
        await using StreamLogClient log = await StartAsync(kafka);
        ApiKey[] apis = error == ErrorCode.RebalanceInProgress
            ? [ApiKey.JoinGroup, ApiKey.SyncGroup, ApiKey.OffsetCommit]
            : [ApiKey.JoinGroup, ApiKey.SyncGroup, ApiKey.OffsetFetch, ApiKey.OffsetCommit];
        await ConsumeAsync(kafka, log, apis, error);
    }

    [Theory]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.ConcurrentTransactions)]
    [InlineData(ErrorCode.NetworkException)]
    public async Task A_transaction_is_committed_all_the_same(ErrorCode error)
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StartAsync(kafka);
        Fault[] faults =
        [
            .. new[] { ApiKey.InitProducerId, ApiKey.TxnOffsetCommit, ApiKey.EndTxn }
                .Select(api => kafka.Faults.On(api).Times(2).Fail(error)),
        ];

        await using ITransactionalProducer transactions =
            log.CreateTransactionalProducer("a", options => options.RetryBackoff = TimeSpan.FromMilliseconds(1));
        await using (ITransaction transaction = await transactions.BeginAsync(Stop))
        {
            await transactions.CreateProducer<string, string>()
                .AppendAsync("orders", new ProducerRecord<string, string>("k", "1"), Stop);
            await transaction.SendOffsetsAsync(
                "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders] = new(3) }, Stop);
            await transaction.CommitAsync(Stop);
        }

        // They count once the transaction's marks are written, which the commit does not wait for.
        OffsetAndMetadata committed;
        while (!(await log.Admin.ListGroupOffsetsAsync("g", Stop)).TryGetValue(Orders, out committed))
            await Task.Yield();
        Assert.Equal(3, committed.Offset);
        Assert.All(faults, fault => Assert.Equal(2, fault.Count));
    }

    [Theory]
    [InlineData(ErrorCode.NotController)]
    [InlineData(ErrorCode.NetworkException)]
    [InlineData(ErrorCode.RequestTimedOut)]
    [InlineData(ErrorCode.ThrottlingQuotaExceeded)]
    public async Task Administration_is_done_all_the_same(ErrorCode error)
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StartAsync(kafka);
        ApiKey[] apis =
        [
            ApiKey.CreateTopics, ApiKey.CreatePartitions, ApiKey.IncrementalAlterConfigs, ApiKey.DescribeConfigs,
            ApiKey.DeleteRecords, ApiKey.DeleteTopics,
        ];
        Fault[] faults = [.. apis.Select(api => kafka.Faults.On(api).Once().FailRequest(error))];

        await log.Admin.CreateTopicAsync("bills", 1, cancellationToken: Stop);
        await log.Admin.CreatePartitionsAsync("bills", 2, Stop);
        await log.Admin.AlterConfigsAsync(
            "bills", new Dictionary<string, string?> { ["retention.ms"] = "5000" }, Stop);
        Assert.Equal("5000", (await log.Admin.DescribeConfigsAsync("bills", Stop))["retention.ms"].Value);
        await log.Admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [new TopicPartition("bills", 0)] = -1 }, Stop);
        await log.Admin.DeleteTopicAsync("bills", Stop);

        Assert.All(faults, fault => Assert.Equal(1, fault.Count));
    }

    [Fact]
    public async Task A_topic_that_is_just_created_is_waited_for_until_it_is_known()
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StartAsync(kafka);
        Fault fault =
            kafka.Faults.On(ApiKey.Metadata).ForTopic("bills").Times(3).Fail(ErrorCode.UnknownTopicOrPartition);
        await log.Admin.CreateTopicAsync("bills", 1, cancellationToken: Stop);

        Assert.Equal(3, fault.Count);
        await log.Topic<string, string>("bills").AppendAsync("k", "1", Stop);
    }

    [Fact]
    public async Task A_topic_that_one_of_several_brokers_does_not_know_yet_is_waited_for_as_well()
    {
        await using FakeKafka kafka = await StartAsync();
        await kafka.Log.Admin.CreateTopicAsync("bills", 1, cancellationToken: Stop);
        await using StreamLogClient log = await StartAsync(kafka);
        Fault fault =
            kafka.Faults.On(ApiKey.Metadata).ForTopic("bills").Times(3).Fail(ErrorCode.UnknownTopicOrPartition);

        await log.Topic<string, string>("bills").AppendAsync("k", "1", Stop);
        Assert.Equal(3, fault.Count);
    }

    // Metadata tells of a second broker, so that the first one is not taken for all there is.
    private static async Task<FakeKafka> StartAsync(Action<FakeKafkaOptions>? configure = null)
    {
        FakeKafka kafka = await FakeKafka.StartAsync(
            options =>
            {
                options.Listens = false;
                configure?.Invoke(options);
            },
            Stop);
        kafka.Faults.On(ApiKey.Metadata).Change<MetadataResponse>(metadata => metadata.Brokers.Add(
            new MetadataResponse.MetadataResponseBroker { NodeId = 2, Host = "elsewhere", Port = 9092 }));
        return kafka;
    }

    private static async Task<StreamLogClient> StartAsync(FakeKafka kafka)
    {
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions();
        options.Producer.RetryBackoff = TimeSpan.FromMilliseconds(1);
        options.Consumer.RetryBackoff = TimeSpan.FromMilliseconds(1);
        return await StreamLogClient.StartAsync(kafka.Brokers[0], options, cancellationToken: Stop);
    }

    private static async Task ConsumeAsync(FakeKafka kafka, StreamLogClient log, ApiKey[] apis, ErrorCode error)
    {
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        await orders.AppendAsync("k", "1", Stop);
        Fault[] faults = [.. apis.Select(api => kafka.Faults.On(api).Times(2).Fail(error))];

        await using (IGroupConsumer<string, string> group = orders.Consume("g"))
        {
            await foreach (Record<string, string> record in group.ReadAllAsync(Stop))
            {
                record.Complete();
                break;
            }
        }

        Assert.Equal(1, (await log.Admin.ListGroupOffsetsAsync("g", Stop))[Orders].Offset);
        Assert.All(faults, fault => Assert.Equal(2, fault.Count));
    }
}
