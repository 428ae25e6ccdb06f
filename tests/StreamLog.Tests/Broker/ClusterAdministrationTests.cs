using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class ClusterAdministrationTests
{
    [Fact]
    public async Task The_cluster_is_described_by_its_brokers()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        DescribeClusterResponse brokers = await broker.SendAsync(new DescribeClusterRequest());
        DescribeClusterResponse controllers = await broker.SendAsync(new DescribeClusterRequest { EndpointType = 2 });
        DescribeClusterResponse others = await broker.SendAsync(new DescribeClusterRequest { EndpointType = 3 });

        Assert.Equal((ErrorCode.None, broker.Directory.ClusterId, 1),
            (brokers.ErrorCode, brokers.ClusterId, brokers.ControllerId));
        Assert.Equal([(1, "localhost", false)], brokers.Brokers.Select(b => (b.BrokerId, b.Host, b.IsFenced)));
        Assert.Equal(
            (ErrorCode.MismatchedEndpointType, ErrorCode.UnsupportedEndpointType),
            (controllers.ErrorCode, others.ErrorCode));
    }

    [Fact]
    public async Task The_quorum_is_this_node_alone()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        DescribeQuorumResponse before = await DescribeAsync("__cluster_metadata", 0);
        await broker.CreateTopicAsync("orders");

        DescribeQuorumResponse after = await DescribeAsync("__cluster_metadata", 0);

        DescribeQuorumResponse.PartitionData partition = after.Topics.Single().Partitions.Single();
        DescribeQuorumResponse.ReplicaState voter = partition.CurrentVoters.Single();
        Assert.Equal((ErrorCode.None, 1), (partition.ErrorCode, partition.LeaderId));
        Assert.Equal((1, broker.Directory.DirectoryId), (voter.ReplicaId, voter.ReplicaDirectoryId));
        Assert.True(partition.HighWatermark > before.Topics.Single().Partitions.Single().HighWatermark);
        Assert.Equal(partition.HighWatermark, voter.LogEndOffset);
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition,
            (await DescribeAsync("orders", 0)).Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition,
            (await DescribeAsync("__cluster_metadata", 1)).Topics.Single().Partitions.Single().ErrorCode);

        ValueTask<DescribeQuorumResponse> DescribeAsync(string topic, int partition) => broker.SendAsync(
            new DescribeQuorumRequest
            {
                Topics = [new() { TopicName = topic, Partitions = [new() { PartitionIndex = partition }] }],
            });
    }

    [Fact]
    public async Task What_has_settings_is_listed_by_its_kind()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await broker.SendAsync(new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = 32,
                    ResourceName = "workers",
                    Configs = [new() { Name = "share.auto.offset.reset", Value = "earliest" }],
                },
            ],
        });

        Assert.Equal([(2, "orders"), (4, "1"), (8, "1"), (32, "workers")], await ListAsync([]));
        Assert.Equal([(32, "workers"), (2, "orders")], await ListAsync([32, 2, 32]));
        Assert.Empty(await ListAsync([16]));
        ListConfigResourcesResponse unknown =
            await broker.SendAsync(new ListConfigResourcesRequest { ResourceTypes = [2, 3] });
        Assert.Equal((ErrorCode.UnsupportedVersion, 0), (unknown.ErrorCode, unknown.ConfigResources.Count));
        Assert.Empty((await broker.SendAsync(new ListConfigResourcesRequest { Version = 0 })).ConfigResources);

        async Task<IEnumerable<(int Type, string Name)>> ListAsync(List<sbyte> types) =>
            (await broker.SendAsync(new ListConfigResourcesRequest { ResourceTypes = types }))
                .ConfigResources.Select(found => ((int)found.ResourceType, found.ResourceName));
    }

    [Fact]
    public async Task A_feature_is_turned_off_and_on_and_stays_so_over_a_restart()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();

        Assert.Equal(ErrorCode.InvalidUpdateVersion, (await UpdateAsync(first, "share.version", 0, 1)).ErrorCode);
        UpdateFeaturesResponse off = await UpdateAsync(first, "share.version", 0, 2);
        Assert.Equal((ErrorCode.None, "share.version"), (off.ErrorCode, off.Results.Single().Feature));
        await using BrokerHarness broker = await first.RestartAsync();
        Assert.DoesNotContain("share.version", await FinalizedAsync());
        Assert.Equal(ErrorCode.InvalidUpdateVersion, (await UpdateAsync(broker, "share.version", 1, 2)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await UpdateAsync(broker, "share.version", 1, 1)).ErrorCode);
        Assert.Contains("share.version", await FinalizedAsync());

        async Task<IEnumerable<string>> FinalizedAsync() =>
            (await broker.SendAsync(new ApiVersionsRequest())).FinalizedFeatures.Select(feature => feature.Name);
    }

    [Theory]
    [InlineData("share.version", 2, 1)]
    [InlineData("share.version", -1, 2)]
    [InlineData("metadata.version", 20, 3)]
    [InlineData("unheard.of", 1, 1)]
    [InlineData("share.version", 1, 4)]
    public async Task A_level_that_is_not_supported_is_refused(string feature, short level, sbyte kind)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        Assert.Equal(ErrorCode.InvalidUpdateVersion, (await UpdateAsync(broker, feature, level, kind)).ErrorCode);
    }

    [Fact]
    public async Task Features_change_together_or_not_at_all_and_not_where_it_is_only_asked()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        UpdateFeaturesResponse mixed = await broker.SendAsync(new UpdateFeaturesRequest
        {
            FeatureUpdates =
            [
                new() { Feature = "group.version", MaxVersionLevel = 0, UpgradeType = 2 },
                new() { Feature = "unheard.of", MaxVersionLevel = 1 },
            ],
        });
        UpdateFeaturesResponse asked = await broker.SendAsync(new UpdateFeaturesRequest
        {
            ValidateOnly = true,
            FeatureUpdates = [new() { Feature = "group.version", MaxVersionLevel = 0, UpgradeType = 2 }],
        });
        UpdateFeaturesResponse oldest = await broker.SendAsync(new UpdateFeaturesRequest
        {
            FeatureUpdates = [new() { Feature = "transaction.version", MaxVersionLevel = 1, AllowDowngrade = true }],
        });

        Assert.Equal(
            (ErrorCode.InvalidUpdateVersion, ErrorCode.None, ErrorCode.None),
            (mixed.ErrorCode, asked.ErrorCode, oldest.ErrorCode));
        Assert.Equal(
            [("group.version", 1), ("metadata.version", 21), ("share.version", 1), ("transaction.version", 1)],
            (await broker.SendAsync(new ApiVersionsRequest())).FinalizedFeatures
                .Select(feature => (feature.Name, (int)feature.MaxVersionLevel)));
    }

    [Fact]
    public async Task The_only_node_stays()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        Assert.Equal(
            ErrorCode.BrokerIdNotRegistered,
            (await broker.SendAsync(new UnregisterBrokerRequest { BrokerId = 7 })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.SendAsync(new UnregisterBrokerRequest { BrokerId = 1 })).ErrorCode);
    }

    [Fact]
    public async Task Replicas_can_be_moved_to_the_directory_where_they_are_alone()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        AlterReplicaLogDirsResponse response = await broker.SendAsync(new AlterReplicaLogDirsRequest
        {
            Dirs =
            [
                new() { Path = "/data", Topics = [new() { Name = "orders", Partitions = [0, 1] }] },
                new()
                {
                    Path = "/elsewhere",
                    Topics =
                    [
                        new() { Name = "nowhere", Partitions = [0] }, new() { Name = "orders", Partitions = [2] },
                    ],
                },
            ],
        });

        Assert.Equal(
            [
                ("orders", 0, ErrorCode.None), ("orders", 1, ErrorCode.ReplicaNotAvailable),
                ("orders", 2, ErrorCode.LogDirectoryNotFound), ("nowhere", 0, ErrorCode.LogDirectoryNotFound),
            ],
            response.Results.SelectMany(topic => topic.Partitions.Select(
                partition => (topic.TopicName, partition.PartitionIndex, partition.ErrorCode))));
    }

    [Fact]
    public async Task Leaders_and_replicas_stay_where_there_is_one_node()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        ElectLeadersResponse elected = await broker.SendAsync(
            new ElectLeadersRequest { TopicPartitions = [new() { Topic = "orders", Partitions = [0, 1] }] });
        ElectLeadersResponse all = await broker.SendAsync(new ElectLeadersRequest { TopicPartitions = null });
        AlterPartitionReassignmentsResponse moved = await broker.SendAsync(new AlterPartitionReassignmentsRequest
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                    [
                        new() { PartitionIndex = 0, Replicas = [1] }, new() { PartitionIndex = 1, Replicas = [1] },
                    ],
                },
            ],
        });
        ListPartitionReassignmentsResponse moving =
            await broker.SendAsync(new ListPartitionReassignmentsRequest());

        Assert.Equal(
            [ErrorCode.ElectionNotNeeded, ErrorCode.UnknownTopicOrPartition],
            elected.ReplicaElectionResults.Single().PartitionResult.Select(result => result.ErrorCode));
        Assert.Empty(all.ReplicaElectionResults.Single().PartitionResult);
        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition],
            moved.Responses.Single().Partitions.Select(result => result.ErrorCode));
        Assert.Equal((ErrorCode.None, 0), (moving.ErrorCode, moving.Topics.Count));
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
    }

    private static ValueTask<UpdateFeaturesResponse> UpdateAsync(
        BrokerHarness broker, string feature, short level, sbyte kind) => broker.SendAsync(new UpdateFeaturesRequest
        {
            FeatureUpdates = [new() { Feature = feature, MaxVersionLevel = level, UpgradeType = kind }],
        });
}
