using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
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
