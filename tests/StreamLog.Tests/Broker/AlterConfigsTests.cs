using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class AlterConfigsTests
{
    [Fact]
    public async Task Settings_that_are_not_named_go_back_to_the_nodes()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 1, ("retention.ms", "5000"), ("segment.bytes", "4096"));

        Assert.Equal(ErrorCode.None, await AlterAsync(broker, "orders", true, ("retention.ms", "6000")));
        Assert.Equal([("retention.ms", "5000"), ("segment.bytes", "4096")], await OwnAsync(broker));
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, "orders", false, ("retention.ms", "6000")));
        Assert.Equal([("retention.ms", "6000")], await OwnAsync(broker));
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, "orders", false));
        Assert.Empty(await OwnAsync(broker));
    }

    [Theory]
    [InlineData("orders", "retention.ms", "long", ErrorCode.InvalidConfig)]
    [InlineData("orders", "unheard.of", "1", ErrorCode.InvalidConfig)]
    [InlineData("orders", "retention.ms", null, ErrorCode.InvalidRequest)]
    [InlineData("nowhere", "retention.ms", "1", ErrorCode.UnknownTopicOrPartition)]
    [InlineData("no/where", "retention.ms", "1", ErrorCode.InvalidTopic)]
    [InlineData("", "retention.ms", "1", ErrorCode.InvalidRequest)]
    public async Task What_is_refused_changes_nothing(string topic, string name, string? value, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 1, ("segment.bytes", "4096"));

        Assert.Equal(expected, await AlterAsync(broker, topic, false, (name, value)));
        Assert.Equal([("segment.bytes", "4096")], await OwnAsync(broker));
    }

    [Fact]
    public async Task What_is_named_twice_is_refused_both_times()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await broker.CreateTopicAsync("other");

        AlterConfigsResponse response = await broker.SendAsync(new AlterConfigsRequest
        {
            Resources =
            [
                Resource("orders", ("retention.ms", "1000")), Resource("other", ("retention.ms", "1000")),
                Resource("orders", ("retention.ms", "2000")),
            ],
        });

        Assert.Equal(
            [ErrorCode.InvalidRequest, ErrorCode.None, ErrorCode.InvalidRequest],
            response.Responses.Select(result => result.ErrorCode));
        Assert.Equal(
            ErrorCode.InvalidRequest,
            await AlterAsync(broker, "orders", false, ("retention.ms", "1"), ("retention.ms", "2")));
        Assert.Empty(await OwnAsync(broker));
    }

    private static AlterConfigsRequest.AlterConfigsResource Resource(
        string topic, params (string Name, string? Value)[] configs) => new()
        {
            ResourceType = (sbyte)ConfigResourceType.Topic,
            ResourceName = topic,
            Configs =
            [
                .. configs.Select(config =>
                    new AlterConfigsRequest.AlterableConfig { Name = config.Name, Value = config.Value }),
            ],
        };

    private static async Task<ErrorCode> AlterAsync(
        BrokerHarness broker, string topic, bool validateOnly, params (string Name, string? Value)[] configs)
    {
        AlterConfigsResponse response = await broker.SendAsync(
            new AlterConfigsRequest { ValidateOnly = validateOnly, Resources = [Resource(topic, configs)] });
        return response.Responses.Single().ErrorCode;
    }

    private static async Task<IEnumerable<(string, string)>> OwnAsync(BrokerHarness broker)
    {
        DescribeConfigsResponse response = await broker.SendAsync(new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = (sbyte)ConfigResourceType.Topic, ResourceName = "orders" }],
        });
        return response.Results.Single().Configs
            .Where(config => config.ConfigSource == (sbyte)ConfigSource.Topic)
            .Select(config => (config.Name, config.Value!));
    }
}
