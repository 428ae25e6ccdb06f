using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class TopicAdministrationTests
{
    private const sbyte TopicResource = 2;

    [Fact]
    public async Task Metadata_tells_what_there_is_by_name_by_id_and_all_of_it()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders", 2)).TopicId;

        MetadataResponse all = await broker.SendAsync(new MetadataRequest { Topics = null });
        MetadataResponse some = await broker.SendAsync(new MetadataRequest
        {
            Topics =
            [
                new MetadataRequest.MetadataRequestTopic { Name = "orders" },
                new MetadataRequest.MetadataRequestTopic { Name = null, TopicId = topicId },
                new MetadataRequest.MetadataRequestTopic { Name = "nowhere" },
                new MetadataRequest.MetadataRequestTopic { Name = "no/where" },
                new MetadataRequest.MetadataRequestTopic { Name = null, TopicId = Guid.NewGuid() },
                new MetadataRequest.MetadataRequestTopic { Name = null },
            ],
        });
        MetadataResponse none = await broker.SendAsync(new MetadataRequest());

        Assert.Equal((1, 1), (all.ControllerId, all.Brokers.Single().NodeId));
        Assert.Equal(broker.Directory.ClusterId, all.ClusterId);
        Assert.Equal([("orders", 2)], all.Topics.Select(topic => (topic.Name!, topic.Partitions.Count)));
        MetadataResponse.MetadataResponsePartition partition = all.Topics[0].Partitions[1];
        Assert.Equal((1, 1, 0), (partition.PartitionIndex, partition.LeaderId, partition.LeaderEpoch));
        Assert.Equal([1], partition.ReplicaNodes);
        Assert.Equal([1], partition.IsrNodes);
        Assert.Equal(
            [
                ErrorCode.None, ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.InvalidTopic,
                ErrorCode.UnknownTopicId, ErrorCode.InvalidRequest,
            ],
            some.Topics.Select(topic => topic.ErrorCode));
        Assert.Equal(topicId, some.Topics[0].TopicId);
        Assert.Empty(none.Topics);
    }

    [Theory]
    [InlineData(true, true, ErrorCode.None)]
    [InlineData(true, false, ErrorCode.UnknownTopicOrPartition)]
    [InlineData(false, true, ErrorCode.UnknownTopicOrPartition)]
    public async Task A_missing_topic_is_created_where_node_and_request_allow_it(
        bool node, bool request, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync(
            new StreamLogOptions { AutoCreateTopics = node, DefaultPartitions = 3 });

        MetadataResponse response = await broker.SendAsync(new MetadataRequest
        {
            AllowAutoTopicCreation = request,
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = "orders" }],
        });

        Assert.Equal(expected, response.Topics.Single().ErrorCode);
        Assert.Equal(expected == ErrorCode.None ? 3 : 0, response.Topics.Single().Partitions.Count);
        Assert.Equal(expected, (await broker.ProduceAsync("orders", 2, "a")).ErrorCode);
    }

    [Fact]
    public async Task Partitions_are_added_and_can_be_used_at_once()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        Assert.Equal(ErrorCode.None, await GrowAsync("orders", 3));
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync("orders", 3));
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync("orders", 2));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await GrowAsync("nowhere", 3));

        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 2, "a")).ErrorCode);

        async Task<ErrorCode> GrowAsync(string name, int count)
        {
            CreatePartitionsResponse response = await broker.SendAsync(new CreatePartitionsRequest
            {
                Topics = { new CreatePartitionsRequest.CreatePartitionsTopic { Name = name, Count = count, Assignments =
                    null } },
            });
            return response.Results.Single().ErrorCode;
        }
    }

    [Fact]
    public async Task A_deleted_topic_is_gone_from_the_disk_and_its_name_is_free()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        Guid old = (await first.CreateTopicAsync("orders")).TopicId;
        await first.ProduceAsync("orders", 0, "a");

        await first.SendAsync(new DeleteTopicsRequest { TopicNames = { "orders" } });
        Assert.False(first.Environment.Files.DirectoryExists("/data/orders-0"));
        Assert.NotEqual(old, (await first.CreateTopicAsync("orders")).TopicId);
        Assert.Empty(await first.ReadAllAsync("orders"));
        await first.ProduceAsync("orders", 0, "b");

        await using BrokerHarness broker = await first.RestartAsync();
        Assert.Equal([(0L, "b")], await broker.ReadAllAsync("orders"));
    }

    [Fact]
    public async Task Settings_are_told_with_where_they_come_from()
    {
        StreamLogOptions options = new();
        options.Log.MaxMessageBytes = 5000;
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);
        await broker.CreateTopicAsync("orders", 1, ("segment.bytes", "4096"));

        DescribeConfigsResponse response = await broker.SendAsync(new DescribeConfigsRequest
        {
            IncludeSynonyms = true,
            IncludeDocumentation = true,
            Resources =
            {
                new DescribeConfigsRequest.DescribeConfigsResource
                {
                    ResourceType = TopicResource,
                    ResourceName = "orders",
                    ConfigurationKeys = ["segment.bytes", "max.message.bytes", "retention.ms", "unheard.of"],
                },
                new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = TopicResource, ResourceName =
                    "nowhere" },
                new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 4, ResourceName = "1" },
                new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 4, ResourceName = "2" },
            },
        });

        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.None, ErrorCode.InvalidRequest],
            response.Results.Select(result => result.ErrorCode));
        Assert.Equal(
            [
                ("max.message.bytes", "5000", (sbyte)4), ("retention.ms", "-1", (sbyte)5),
                ("segment.bytes", "4096", (sbyte)1),
            ],
            response.Results[0].Configs.Select(config => (config.Name, config.Value!, config.ConfigSource)));
        Assert.All(response.Results[0].Configs, config => Assert.False(string.IsNullOrEmpty(config.Documentation)));
        Assert.Equal(
            ["4096", "134217728"],
            response.Results[0].Configs.Single(config => config.Name == "segment.bytes").Synonyms.Select(
                s => s.Value!));
        Assert.Contains(
            response.Results[2].Configs, config => config is { Name: "node.id", Value: "1", ReadOnly: true });
    }

    [Fact]
    public async Task A_changed_setting_holds_for_the_next_append()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");
        string large = new('x', 5_000);
        Assert.Equal(ErrorCode.None, (await first.ProduceAsync("orders", 0, large)).ErrorCode);

        Assert.Equal(ErrorCode.None, await AlterAsync(first, "max.message.bytes", "1000"));
        Assert.Equal(ErrorCode.MessageTooLarge, (await first.ProduceAsync("orders", 0, large)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(first, "max.message.bytes", "many"));

        await using BrokerHarness broker = await first.RestartAsync();
        Assert.Equal(ErrorCode.MessageTooLarge, (await broker.ProduceAsync("orders", 0, large)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 0, "small")).ErrorCode);
    }

    [Fact]
    public async Task Producer_ids_never_repeat_and_epochs_rise_on_demand()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync();
        HashSet<long> seen = [];
        for (int start = 0; start < 3; start++)
        {
            InitProducerIdResponse[] answers = await Task.WhenAll(Enumerable.Range(0, 1100).Select(_ =>
                broker.SendAsync(new InitProducerIdRequest { TransactionalId = null }).AsTask()));
            Assert.All(answers, answer => Assert.True(answer is { ErrorCode: ErrorCode.None, ProducerEpoch: 0 }));
            Assert.All(answers, answer => Assert.True(seen.Add(answer.ProducerId)));
            broker = await broker.RestartAsync();
        }

        Assert.Equal((ErrorCode.None, 5L, (short)4), await InitAsync(5, 3));
        Assert.Equal((ErrorCode.None, 5L, (short)4), await InitAsync(5, 3));
        (ErrorCode error, long id, short epoch) = await InitAsync(5, short.MaxValue - 1);
        Assert.True(error == ErrorCode.None && seen.Add(id) && epoch == 0);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, (await InitAsync(1_000_000, 0)).Error);
        Assert.Equal(ErrorCode.InvalidRequest, (await InitAsync(5, -1)).Error);
        await broker.DisposeAsync();

        async Task<(ErrorCode Error, long Id, short Epoch)> InitAsync(long producerId, short producerEpoch)
        {
            InitProducerIdResponse answer = await broker.SendAsync(new InitProducerIdRequest
            {
                TransactionalId = null,
                ProducerId = producerId,
                ProducerEpoch = producerEpoch,
            });
            return (answer.ErrorCode, answer.ProducerId, answer.ProducerEpoch);
        }
    }

    [Fact]
    public async Task The_node_coordinates_all_groups()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        FindCoordinatorResponse old = await broker.SendAsync(new FindCoordinatorRequest { Key = "billing" });
        FindCoordinatorResponse young = await broker.SendAsync(
            new FindCoordinatorRequest { CoordinatorKeys = { "billing", "audit" } });
        FindCoordinatorResponse transaction = await broker.SendAsync(
            new FindCoordinatorRequest { Key = "tx", KeyType = 1 });

        Assert.Equal((ErrorCode.None, 1), (old.ErrorCode, old.NodeId));
        Assert.Equal([("billing", 1), ("audit", 1)], young.Coordinators.Select(found => (found.Key, found.NodeId)));
        Assert.Equal((ErrorCode.None, 1), (transaction.ErrorCode, transaction.NodeId));
    }

    [Fact]
    public async Task The_data_directory_is_described()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 2);
        await broker.ProduceAsync("orders", 1, "a");

        DescribeLogDirsResponse all = await broker.SendAsync(new DescribeLogDirsRequest { Topics = null });

        DescribeLogDirsResponse.DescribeLogDirsResult directory = all.Results.Single();
        Assert.Equal([0, 1], directory.Topics.Single().Partitions.Select(partition => partition.PartitionIndex));
        Assert.Equal(
            broker.Broker.DescribeTopics().Single().Partitions.Select(partition => partition.SizeInBytes),
            directory.Topics.Single().Partitions.Select(partition => partition.PartitionSize));
        Assert.True(directory.Topics.Single().Partitions[1].PartitionSize > 0);
    }

    private static async Task<ErrorCode> AlterAsync(BrokerHarness broker, string name, string value)
    {
        IncrementalAlterConfigsResponse response = await broker.SendAsync(new IncrementalAlterConfigsRequest
        {
            Resources =
            {
                new IncrementalAlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = TopicResource,
                    ResourceName = "orders",
                    Configs = { new IncrementalAlterConfigsRequest.AlterableConfig { Name = name, Value = value } },
                },
            },
        });
        return response.Responses.Single().ErrorCode;
    }
}
