using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;
using Xunit;
using Config = StreamLog.Protocol.Messages.DescribeConfigsResponse.DescribeConfigsResourceResult;

namespace StreamLog.Tests.Broker;

public sealed class DescribeConfigsTests
{
    [Fact]
    public async Task A_nodes_settings_have_their_types_and_say_where_they_come_from()
    {
        StreamLogOptions options = new() { DefaultPartitions = 3 };
        options.Log.SegmentBytes = 4096;
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);

        DescribeConfigsResponse.DescribeConfigsResult node = await AskAsync(broker, ConfigResourceType.Broker, "1");

        Assert.Equal(ErrorCode.None, node.ErrorCode);
        Assert.All(node.Configs, config => Assert.True(config is { ReadOnly: true, IsSensitive: false }));
        Assert.Equal(("3", ConfigSource.NodeOptions, ConfigType.Int32), Find(node, "num.partitions"));
        Assert.Equal(("4096", ConfigSource.NodeOptions, ConfigType.Int32), Find(node, "log.segment.bytes"));
        Assert.Equal(("-1", ConfigSource.Default, ConfigType.Int64), Find(node, "log.retention.ms"));
        Assert.Equal(("delete", ConfigSource.Default, ConfigType.List), Find(node, "log.cleanup.policy"));
        Assert.Equal(("1", ConfigSource.NodeOptions, ConfigType.Int32), Find(node, "node.id"));
        Assert.Equal(
            [("4096", (sbyte)ConfigSource.NodeOptions), ("134217728", (sbyte)ConfigSource.Default)],
            node.Configs.Single(config => config.Name == "log.segment.bytes").Synonyms
                .Select(synonym => (synonym.Value!, synonym.Source)));
    }

    // Goal: the number of replicas that a node tells of is the one that a topic gets which does not say.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_node_tells_how_many_replicas_a_topic_gets(int brokers)
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.BrokerCount = brokers);
        RequestContext client = new() { ClientId = "client" };

        CreateTopicsResponse created = await kafka.Brokers[0].SendAsync(
            new CreateTopicsRequest { Topics = { new() { Name = "x", NumPartitions = 1, ReplicationFactor = -1 } } },
            client,
            CancellationToken.None);
        DescribeConfigsResponse told = await kafka.Brokers[0].SendAsync(
            new DescribeConfigsRequest
            {
                Resources = { new()
                {
                    ResourceType = (sbyte)ConfigResourceType.Broker,
                    ResourceName = "1",
                    ConfigurationKeys = ["default.replication.factor"],
                } },
            },
            client,
            CancellationToken.None);

        Assert.Equal(Math.Min(3, brokers), created.Topics[0].ReplicationFactor);
        Assert.Equal($"{created.Topics[0].ReplicationFactor}", told.Results[0].Configs.Single().Value);
    }

    // Goal: settings of Kafka's that change nothing here are kept and told as any other, and can be taken away again.
    [Fact]
    public async Task What_changes_nothing_is_told_all_the_same()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        CreateTopicsRequest create = new()
        {
            Topics = { new()
            {
                Name = "x",
                NumPartitions = 1,
                ReplicationFactor = 1,
                Configs =
                {
                    new() { Name = "unclean.leader.election.enable", Value = "false" },
                    new() { Name = "compression.lz4.level", Value = "12" },
                    new() { Name = "follower.replication.throttled.replicas", Value = "" },
                },
            } },
        };

        Assert.Equal(ErrorCode.None, (await broker.SendWireAsync(create, 7)).Topics[0].ErrorCode);
        DescribeConfigsResponse.DescribeConfigsResult before = await AskAsync(broker, ConfigResourceType.Topic, "x");
        IncrementalAlterConfigsRequest delete = new()
        {
            Resources = { new() { ResourceType = (sbyte)ConfigResourceType.Topic, ResourceName = "x" } },
        };
        foreach (string name in create.Topics[0].Configs.Select(config => config.Name))
        {
            delete.Resources[0].Configs.Add(
                new() { Name = name, ConfigOperation = (sbyte)ConfigOperation.Delete, Value = null });
        }

        Assert.Equal(ErrorCode.None, (await broker.SendWireAsync(delete, 1)).Responses[0].ErrorCode);
        DescribeConfigsResponse.DescribeConfigsResult after = await AskAsync(broker, ConfigResourceType.Topic, "x");

        Assert.Equal(
            ("false", ConfigSource.Topic, ConfigType.Boolean), Find(before, "unclean.leader.election.enable"));
        Assert.Equal(("12", ConfigSource.Topic, ConfigType.Int32), Find(before, "compression.lz4.level"));
        Assert.Equal(
            ("", ConfigSource.Topic, ConfigType.List), Find(before, "follower.replication.throttled.replicas"));
        Assert.Equal(("9", ConfigSource.Default, ConfigType.Int32), Find(after, "compression.lz4.level"));
        Assert.Equal(
            ("", ConfigSource.Default, ConfigType.List), Find(after, "follower.replication.throttled.replicas"));
        Assert.Empty(after.Configs
            .Single(config => config.Name == "follower.replication.throttled.replicas").Synonyms);
    }

    [Theory]
    [InlineData(ConfigResourceType.Broker, "", ErrorCode.None)]
    [InlineData(ConfigResourceType.Broker, "2", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.Broker, "one", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.BrokerLogger, "1", ErrorCode.None)]
    [InlineData(ConfigResourceType.BrokerLogger, "", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.ClientMetrics, "mine", ErrorCode.None)]
    [InlineData(ConfigResourceType.ClientMetrics, "", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.Group, "", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.Topic, "nowhere", ErrorCode.UnknownTopicOrPartition)]
    [InlineData(ConfigResourceType.Topic, "no/where", ErrorCode.InvalidTopic)]
    [InlineData(ConfigResourceType.Unknown, "1", ErrorCode.InvalidRequest)]
    public async Task What_has_no_settings_has_none(object type, string name, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        DescribeConfigsResponse.DescribeConfigsResult result =
            await AskAsync(broker, (ConfigResourceType)type, name);

        Assert.Equal((expected, 0), (result.ErrorCode, result.Configs.Count));
    }

    [Fact]
    public async Task A_groups_settings_have_their_types()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        DescribeConfigsResponse.DescribeConfigsResult group =
            await AskAsync(broker, ConfigResourceType.Group, "workers");

        Assert.Equal(
            ("30000", ConfigSource.Default, ConfigType.Int32), Find(group, "share.record.lock.duration.ms"));
        Assert.Equal(("latest", ConfigSource.Default, ConfigType.Text), Find(group, "share.auto.offset.reset"));
    }

    // Goal: the times of a group's members are settings of the group: taken within the broker's bounds, told with where
    // they come from, and answered to heartbeats.
    [Fact]
    public async Task A_groups_times_are_its_settings()
    {
        StreamLogOptions options = new();
        options.Groups.ConsumerSessionTimeout = TimeSpan.FromSeconds(20);
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);
        await broker.CreateTopicAsync("jobs");

        Assert.Equal(ErrorCode.None, await SetAsync("consumer.session.timeout.ms", "20000"));
        Assert.Equal(ErrorCode.None, await SetAsync("consumer.session.timeout.ms", "60000"));
        Assert.Equal(ErrorCode.InvalidConfig, await SetAsync("consumer.session.timeout.ms", "60001"));
        Assert.Equal(ErrorCode.InvalidConfig, await SetAsync("consumer.session.timeout.ms", "19999"));
        Assert.Equal(ErrorCode.None, await SetAsync("consumer.heartbeat.interval.ms", "15000"));
        Assert.Equal(ErrorCode.InvalidConfig, await SetAsync("consumer.heartbeat.interval.ms", "4999"));
        Assert.Equal(ErrorCode.None, await SetAsync("share.session.timeout.ms", "45000"));
        Assert.Equal(ErrorCode.InvalidConfig, await SetAsync("share.session.timeout.ms", "44999"));
        Assert.Equal(ErrorCode.None, await SetAsync("share.heartbeat.interval.ms", "6000"));
        Assert.Equal(ErrorCode.InvalidConfig, await SetAsync("share.heartbeat.interval.ms", "15001"));
        Assert.Equal(ErrorCode.None, await SetAsync("nothing", null));

        DescribeConfigsResponse.DescribeConfigsResult told =
            await AskAsync(broker, ConfigResourceType.Group, "workers");
        Assert.Equal(("60000", ConfigSource.Group, ConfigType.Int32), Find(told, "consumer.session.timeout.ms"));
        Assert.Equal(
            [
                ("consumer.session.timeout.ms", "60000", (sbyte)ConfigSource.Group),
                ("group.consumer.session.timeout.ms", "20000", (sbyte)ConfigSource.NodeOptions),
                ("group.consumer.session.timeout.ms", "45000", (sbyte)ConfigSource.Default),
            ],
            told.Configs.Single(config => config.Name == "consumer.session.timeout.ms").Synonyms
                .Select(synonym => (synonym.Name, synonym.Value!, synonym.Source)));
        Assert.Equal((15_000, 6_000), (await BeatAsync("workers"), await BeatSharedAsync("workers")));
        Assert.Equal((5_000, 5_000), (await BeatAsync("others"), await BeatSharedAsync("others")));

        async Task<ErrorCode> SetAsync(string name, string? value) => (await broker.SendWireAsync(
            new IncrementalAlterConfigsRequest
            {
                Resources =
                {
                    new()
                    {
                        ResourceType = (sbyte)ConfigResourceType.Group,
                        ResourceName =
                            name.StartsWith("share", StringComparison.Ordinal) ? "workers-shared" : "workers",
                        Configs =
                        [
                            new() { Name = name, ConfigOperation = (sbyte)(value is null ? 1 : 0), Value = value },
                        ],
                    },
                },
            },
            1)).Responses.Single().ErrorCode;

        async Task<int> BeatAsync(string group) => (await broker.SendAsync(new ConsumerGroupHeartbeatRequest
        {
            GroupId = group,
            MemberId = "a",
            RebalanceTimeoutMs = 60_000,
            SubscribedTopicNames = ["jobs"],
            OwnedPartitions = [],
        })).HeartbeatIntervalMs;

        async Task<int> BeatSharedAsync(string group) => (await broker.SendAsync(new ShareGroupHeartbeatRequest
        {
            GroupId = group + "-shared",
            MemberId = "a",
            SubscribedTopicNames = ["jobs"],
        })).HeartbeatIntervalMs;
    }

    // Goal: no setting can leave a member's session shorter than the time between its heartbeats.
    [Fact]
    public async Task A_groups_session_is_longer_than_the_time_between_heartbeats()
    {
        StreamLogOptions options = new();
        options.Groups.ConsumerSessionTimeout = TimeSpan.FromSeconds(10);
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);

        IncrementalAlterConfigsResponse refused = await broker.SendWireAsync(
            new IncrementalAlterConfigsRequest
            {
                Resources =
                {
                    new()
                    {
                        ResourceType = (sbyte)ConfigResourceType.Group,
                        ResourceName = "workers",
                        Configs = [new() { Name = "consumer.heartbeat.interval.ms", Value = "10000" }],
                    },
                },
            },
            1);

        Assert.Equal(ErrorCode.InvalidConfig, refused.Responses.Single().ErrorCode);
    }

    private static (string?, ConfigSource, ConfigType) Find(
        DescribeConfigsResponse.DescribeConfigsResult result, string name)
    {
        Config config = result.Configs.Single(config => config.Name == name);
        return (config.Value, (ConfigSource)config.ConfigSource, (ConfigType)config.ConfigType);
    }

    private static async Task<DescribeConfigsResponse.DescribeConfigsResult> AskAsync(
        BrokerHarness broker, ConfigResourceType type, string name) => (await broker.SendWireAsync(
            new DescribeConfigsRequest
            {
                IncludeSynonyms = true,
                Resources = [new() { ResourceType = (sbyte)type, ResourceName = name, ConfigurationKeys = null }],
            },
            4)).Results.Single();
}
