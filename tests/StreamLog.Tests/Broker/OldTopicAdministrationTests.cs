using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

/// <summary>What tools of older versions are told, through the bytes of these versions.</summary>
public sealed class OldTopicAdministrationTests
{
    [Fact]
    public async Task A_topic_that_is_only_validated_is_not_there()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync(
            new StreamLogOptions { DefaultPartitions = 3 });
        for (short version = 2; version <= 7; version++)
        {
            CreateTopicsRequest request = Create("orders");
            request.ValidateOnly = true;
            CreateTopicsResponse.CreatableTopicResult result =
                (await broker.SendWireAsync(request, version)).Topics.Single();

            Assert.Equal(ErrorCode.None, result.ErrorCode);
            if (version < 5)
                continue;
            Assert.Equal((3, 1), (result.NumPartitions, result.ReplicationFactor));
            Assert.Contains(result.Configs!, config => config is { Name: "retention.ms", Value: "-1" });
        }

        Assert.Empty((await broker.SendAsync(new MetadataRequest { Topics = null })).Topics);
    }

    [Theory]
    [InlineData("orders", -1, 2, ErrorCode.InvalidReplicationFactor)]
    [InlineData("orders", 1, 0, ErrorCode.InvalidReplicationFactor)]
    [InlineData("orders", 0, -1, ErrorCode.InvalidPartitions)]
    [InlineData("taken", 1, 1, ErrorCode.TopicAlreadyExists)]
    [InlineData("no/where", 1, 1, ErrorCode.InvalidTopic)]
    [InlineData("", 1, 1, ErrorCode.InvalidTopic)]
    [InlineData("__cluster_metadata", 1, 1, ErrorCode.InvalidRequest)]
    public async Task Topics_are_refused_alike_in_all_versions(
        string name, int partitions, short factor, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("taken");

        for (short version = 2; version <= 7; version++)
        {
            CreateTopicsRequest request = Create(name);
            request.Topics[0].NumPartitions = partitions;
            request.Topics[0].ReplicationFactor = factor;
            Assert.Equal(expected, (await broker.SendWireAsync(request, version)).Topics.Single().ErrorCode);
        }
    }

    [Theory]
    [InlineData(0, 1, -1, ErrorCode.None)]
    [InlineData(0, 2, -1, ErrorCode.InvalidReplicaAssignment)]
    [InlineData(1, 1, -1, ErrorCode.InvalidReplicaAssignment)]
    [InlineData(0, 1, 1, ErrorCode.InvalidRequest)]
    public async Task Replicas_are_assigned_by_hand(int partition, int node, int partitions, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        CreateTopicsRequest request = Create("orders");
        request.Topics[0].NumPartitions = partitions;
        request.Topics[0].Assignments.Add(new() { PartitionIndex = partition, BrokerIds = [node] });

        Assert.Equal(expected, (await broker.SendWireAsync(request, 2)).Topics.Single().ErrorCode);
    }

    [Fact]
    public async Task Topics_are_deleted_by_name_and_from_version_6_on_by_id()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        for (short version = 1; version <= 5; version++)
        {
            await broker.CreateTopicAsync("orders");
            DeleteTopicsResponse byName = await broker.SendWireAsync(
                new DeleteTopicsRequest { TopicNames = ["orders", "nowhere"] }, version);
            Assert.Equal(
                [("orders", ErrorCode.None), ("nowhere", ErrorCode.UnknownTopicOrPartition)],
                byName.Responses.Select(result => (result.Name!, result.ErrorCode)));
        }

        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;
        Guid unknown = Guid.NewGuid();
        DeleteTopicsResponse byId = await broker.SendWireAsync(
            new DeleteTopicsRequest
            {
                Topics =
                [
                    new() { Name = null, TopicId = topicId }, new() { Name = null, TopicId = unknown },
                    new() { Name = "orders", TopicId = topicId },
                ],
            },
            6);
        Assert.Equal(
            [
                ("orders", topicId, ErrorCode.None), (null, unknown, ErrorCode.UnknownTopicId),
                ("orders", topicId, ErrorCode.InvalidRequest),
            ],
            byId.Responses.Select(result => (result.Name, result.TopicId, result.ErrorCode)));
    }

    [Fact]
    public async Task The_volume_of_the_data_directory_is_told_from_version_4_on()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await broker.ProduceAsync("orders", 0, "a");

        for (short version = 1; version <= 4; version++)
        {
            DescribeLogDirsResponse.DescribeLogDirsResult directory = (await broker.SendWireAsync(
                new DescribeLogDirsRequest { Topics = null }, version)).Results.Single();
            Assert.Equal((ErrorCode.None, "/data"), (directory.ErrorCode, directory.LogDir));
            Assert.Equal(version < 4 ? -1 : 1L << 30, directory.TotalBytes);
            Assert.Equal(version < 4, directory.UsableBytes == -1);
            Assert.True(directory.UsableBytes < 1L << 30);
        }
    }

    private static CreateTopicsRequest Create(string name) => new()
    {
        Topics = [new() { Name = name, NumPartitions = -1, ReplicationFactor = -1 }],
    };
}
