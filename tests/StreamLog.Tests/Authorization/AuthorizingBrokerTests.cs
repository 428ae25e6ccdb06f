using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Authorization;

/// <summary>What callers from outside may do, and how the rest is refused: as Kafka's broker does it.</summary>
public sealed class AuthorizingBrokerTests
{
    [Fact]
    public async Task Records_of_permitted_topics_are_appended_and_the_others_refused()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.Broker.CreateTopicAsync("bills");
        await node.AllowAsync(AclOperation.Write, AclResourceType.Topic, "orders");
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        request.TopicData.Add(new ProduceRequest.TopicProduceData
        {
            Name = "bills",
            PartitionData = { new() { Index = 0, Records = BrokerHarness.Batch("b") } },
        });

        ProduceResponse response = await node.SendAsync(request);

        Assert.Equal(
            [("bills", ErrorCode.TopicAuthorizationFailed), ("orders", ErrorCode.None)],
            response.Responses.Select(topic => (topic.Name, topic.PartitionResponses[0].ErrorCode)).Order());
        Assert.Single(await node.Broker.ReadAllAsync("orders"));
        Assert.Empty(await node.Broker.ReadAllAsync("bills"));
    }

    [Fact]
    public async Task A_transactional_id_must_be_permitted_too()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.AllowAsync(AclOperation.Write, AclResourceType.TransactionalId, "tx");

        Assert.Equal(ErrorCode.None, (await node.SendAsync(Producer("tx"))).ErrorCode);
        Assert.Equal(
            ErrorCode.TransactionalIdAuthorizationFailed, (await node.SendAsync(Producer("other"))).ErrorCode);
    }

    [Fact]
    public async Task A_transactional_id_matters_to_batches_of_transactions_alone()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.AllowAsync(AclOperation.Write, AclResourceType.Topic, "orders");
        using ProduceRequest plain = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        plain.TransactionalId = "tx";

        ProduceResponse response = await node.SendAsync(plain);

        Assert.Equal(ErrorCode.None, BrokerHarness.Single(response).ErrorCode);
    }

    [Fact]
    public async Task A_producer_id_is_for_who_may_append_somewhere()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, (await node.SendAsync(Producer(null))).ErrorCode);

        await node.AllowAsync(AclOperation.Write, AclResourceType.Topic, "orders");
        Assert.Equal(ErrorCode.None, (await node.SendAsync(Producer(null))).ErrorCode);
        await node.AllowAsync(
            AclOperation.IdempotentWrite, AclResourceType.Cluster, AccessRule.ClusterName, user: "bob");
        Assert.Equal(ErrorCode.None, (await node.SendAsync(Producer(null), "bob")).ErrorCode);
    }

    [Fact]
    public async Task Topics_that_are_named_are_refused_and_others_are_left_out()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        Guid orders = (await node.Broker.CreateTopicAsync("orders")).TopicId;
        Guid bills = (await node.Broker.CreateTopicAsync("bills")).TopicId;
        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "ord", AclPatternType.Prefixed);

        MetadataResponse all = await node.SendAsync(new MetadataRequest { Topics = null });
        MetadataResponse some = await node.SendAsync(new MetadataRequest
        {
            Topics =
            [
                new() { Name = "orders" }, new() { Name = "bills" }, new() { Name = "none" },
                new() { Name = null, TopicId = orders }, new() { Name = null, TopicId = bills },
                new() { Name = null, TopicId = Guid.NewGuid() },
            ],
        });

        Assert.Equal(["orders"], all.Topics.Select(topic => topic.Name));
        Assert.Single(all.Brokers);
        Assert.Equal(
            [
                (null, ErrorCode.TopicAuthorizationFailed), (null, ErrorCode.UnknownTopicId),
                ("bills", ErrorCode.TopicAuthorizationFailed), ("none", ErrorCode.TopicAuthorizationFailed),
                ("orders", ErrorCode.None), ("orders", ErrorCode.None),
            ],
            some.Topics.Select(topic => (topic.Name, topic.ErrorCode))
                .OrderBy(topic => topic.Name, StringComparer.Ordinal).ThenBy(topic => topic.ErrorCode));
        Assert.Equal(
            Guid.Empty, some.Topics.Single(topic => topic.Name == "bills").TopicId);
    }

    [Fact]
    public async Task What_is_named_and_missing_is_created_for_whom_that_is_permitted()
    {
        await using AclHarness node = await AclHarness.StartAsync(autoCreate: true);
        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, AccessRule.Wildcard);

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await NameAsync(node, "orders"));
        Assert.False(node.Broker.Broker.Image.Topics.ContainsKey("orders"));
        await node.AllowAsync(AclOperation.Create, AclResourceType.Topic, "orders");
        Assert.Equal(ErrorCode.None, await NameAsync(node, "orders"));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await NameAsync(node, "bills"));
        await node.AllowAsync(AclOperation.Create, AclResourceType.Cluster, AccessRule.ClusterName);
        Assert.Equal(ErrorCode.None, await NameAsync(node, "bills"));
    }

    [Fact]
    public async Task Topics_are_created_by_whom_it_is_permitted_and_their_settings_shown_alike()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.AllowAsync(AclOperation.Create, AclResourceType.Topic, "orders");
        CreateTopicsRequest request = new()
        {
            Topics =
            {
                new() { Name = "orders", NumPartitions = 1, ReplicationFactor = 1 },
                new() { Name = "bills", NumPartitions = 1, ReplicationFactor = 1 },
            },
        };

        CreateTopicsResponse response = await node.SendAsync(request);

        CreateTopicsResponse.CreatableTopicResult created =
            response.Topics.Single(topic => topic.ErrorCode == ErrorCode.None);
        Assert.Equal(
            ("orders", ErrorCode.TopicAuthorizationFailed, -1),
            (created.Name, created.TopicConfigErrorCode, created.NumPartitions));
        Assert.Empty(created.Configs!);
        Assert.Equal(
            ErrorCode.TopicAuthorizationFailed, response.Topics.Single(topic => topic.Name == "bills").ErrorCode);
        Assert.False(node.Broker.Broker.Image.Topics.ContainsKey("bills"));
    }

    [Fact]
    public async Task Members_of_groups_may_be_in_the_group_and_see_its_topics()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        ConsumerGroupHeartbeatRequest request = new()
        {
            GroupId = "g",
            MemberId = "m",
            RebalanceTimeoutMs = 1000,
            SubscribedTopicNames = ["orders"],
            OwnedPartitions = [],
        };

        Assert.Equal(ErrorCode.GroupAuthorizationFailed, (await node.SendAsync(request)).ErrorCode);
        await node.AllowAsync(AclOperation.Read, AclResourceType.Group, "g");
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, (await node.SendAsync(request)).ErrorCode);
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders");
        Assert.Equal(ErrorCode.None, (await node.SendAsync(request)).ErrorCode);
    }

    [Fact]
    public async Task Groups_are_listed_and_described_for_whom_it_is_permitted()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        foreach (string group in new[] { "g1", "g2" })
        {
            await node.Broker.SendAsync(new ConsumerGroupHeartbeatRequest
            {
                GroupId = group,
                MemberId = "m",
                RebalanceTimeoutMs = 1000,
                SubscribedTopicNames = ["orders"],
                OwnedPartitions = [],
            });
        }

        await node.AllowAsync(AclOperation.Describe, AclResourceType.Group, "g1");
        ListGroupsResponse some = await node.SendAsync(new ListGroupsRequest());
        ConsumerGroupDescribeResponse hidden = await node.SendAsync(
            new ConsumerGroupDescribeRequest { GroupIds = ["g1", "g2"], IncludeAuthorizedOperations = true });
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders");
        ConsumerGroupDescribeResponse seen = await node.SendAsync(
            new ConsumerGroupDescribeRequest { GroupIds = ["g1"], IncludeAuthorizedOperations = true });
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Cluster, AccessRule.ClusterName);
        ListGroupsResponse all = await node.SendAsync(new ListGroupsRequest());

        Assert.Equal(["g1"], some.Groups.Select(group => group.GroupId));
        Assert.Equal(["g1", "g2"], all.Groups.Select(group => group.GroupId).Order());
        Assert.Equal(
            [("g1", ErrorCode.TopicAuthorizationFailed), ("g2", ErrorCode.GroupAuthorizationFailed)],
            hidden.Groups.Select(group => (group.GroupId, group.ErrorCode)).Order());
        Assert.All(hidden.Groups, group => Assert.Empty(group.Members));
        Assert.Single(seen.Groups[0].Members);
        Assert.Equal(1 << (int)AclOperation.Describe, seen.Groups[0].AuthorizedOperations);
    }

    [Fact]
    public async Task Offsets_of_topics_that_may_not_be_seen_are_refused_by_name_and_left_out_otherwise()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.Broker.CreateTopicAsync("bills");
        await node.AllowAsync(AclOperation.Read, AclResourceType.Group, "g");
        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "orders");
        OffsetCommitRequest commit = new() { GroupId = "g" };
        foreach (string topic in new[] { "orders", "bills" })
        {
            OffsetCommitRequest.OffsetCommitRequestPartition partition =
                new() { PartitionIndex = 0, CommittedOffset = 1 };
            commit.Topics.Add(new() { Name = topic, Partitions = { partition } });
        }


        OffsetCommitResponse committed = await node.SendAsync(commit);
        await node.Broker.SendAsync(commit);
        OffsetFetchResponse named = await node.SendAsync(Offsets("orders", "bills"));
        OffsetFetchResponse all = await node.SendAsync(Offsets());

        Assert.Equal(
            [("bills", ErrorCode.TopicAuthorizationFailed), ("orders", ErrorCode.None)],
            committed.Topics.Select(topic => (topic.Name, topic.Partitions[0].ErrorCode)).Order());
        Assert.Equal(
            [("bills", ErrorCode.TopicAuthorizationFailed), ("orders", ErrorCode.None)],
            named.Groups[0].Topics.Select(topic => (topic.Name, topic.Partitions[0].ErrorCode)).Order());
        Assert.Equal(["orders"], all.Groups[0].Topics.Select(topic => topic.Name));
    }

    [Fact]
    public async Task Partitions_join_a_transaction_all_or_none()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.AllowAsync(AclOperation.Write, AclResourceType.TransactionalId, "tx");
        await node.AllowAsync(AclOperation.Write, AclResourceType.Topic, "orders");
        InitProducerIdResponse producer = await node.SendAsync(Producer("tx"));
        AddPartitionsToTxnRequest request = new()
        {
            Version = 3,
            V3AndBelowTransactionalId = "tx",
            V3AndBelowProducerId = producer.ProducerId,
            V3AndBelowProducerEpoch = producer.ProducerEpoch,
            V3AndBelowTopics =
            {
                new() { Name = "orders", Partitions = { 0 } },
                new() { Name = "bills", Partitions = { 0 } },
                new() { Name = "__consumer_offsets", Partitions = { 0 } },
                new() { Name = "orders", Partitions = { 9 } },
            },
        };

        AddPartitionsToTxnResponse response = await node.SendAsync(request);

        Assert.Equal(
            [
                ("__consumer_offsets", ErrorCode.TopicAuthorizationFailed),
                ("bills", ErrorCode.TopicAuthorizationFailed), ("orders", ErrorCode.UnknownTopicOrPartition),
                ("orders", ErrorCode.OperationNotAttempted),
            ],
            response.ResultsByTopicV3AndBelow
                .SelectMany(topic => topic.ResultsByPartition, (topic, one) => (topic.Name, one.PartitionErrorCode))
                .OrderBy(topic => topic.Name, StringComparer.Ordinal).ThenBy(topic => topic.PartitionErrorCode));
    }

    [Fact]
    public async Task Transactions_are_shown_to_whom_it_is_permitted_with_the_topics_that_it_may_see()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.SendAsync(Producer("tx"));

        Assert.Empty((await node.SendAsync(new ListTransactionsRequest())).TransactionStates);
        Assert.Equal(
            ErrorCode.TransactionalIdAuthorizationFailed,
            (await node.SendAsync(new DescribeTransactionsRequest { TransactionalIds = ["tx"] }))
                .TransactionStates[0].ErrorCode);
        await node.AllowAsync(AclOperation.Describe, AclResourceType.TransactionalId, "tx");
        Assert.Single((await node.SendAsync(new ListTransactionsRequest())).TransactionStates);
    }

    [Fact]
    public async Task Settings_are_shown_and_changed_for_whom_it_is_permitted()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        DescribeConfigsRequest request = new()
        {
            Resources =
            {
                new() { ResourceType = 2, ResourceName = "orders" }, new() { ResourceType = 4, ResourceName = "1" },
                new() { ResourceType = 32, ResourceName = "g" },
            },
        };

        DescribeConfigsResponse refused = await node.SendAsync(request);
        await node.AllowAsync(AclOperation.AlterConfigs, AclResourceType.Topic, "orders");
        DescribeConfigsResponse seen = await node.SendAsync(request);

        Assert.Equal(
            [
                ErrorCode.TopicAuthorizationFailed, ErrorCode.GroupAuthorizationFailed,
                ErrorCode.ClusterAuthorizationFailed,
            ],
            refused.Results.Select(result => result.ErrorCode).Order());
        Assert.Equal(
            ErrorCode.None, seen.Results.Single(result => result.ResourceName == "orders").ErrorCode);
    }

    [Fact]
    public async Task Who_may_administrate_the_cluster_may_change_rules_and_users()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        CreateAclsRequest request = new()
        {
            Creations =
            {
                new()
                {
                    ResourceType = 2, ResourceName = "t", Principal = "User:alice", Host = "*", Operation = 3,
                    PermissionType = 3,
                },
            },
        };
        AlterUserScramCredentialsRequest users = new() { Deletions = { new() { Name = "bob", Mechanism = 1 } } };

        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, (await node.SendAsync(request)).Results[0].ErrorCode);
        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, (await node.SendAsync(users)).Results[0].ErrorCode);
        Assert.Equal(
            ErrorCode.ClusterAuthorizationFailed,
            (await node.SendAsync(new DescribeUserScramCredentialsRequest { Users = null })).ErrorCode);
        Assert.Equal(ErrorCode.None, (await node.SendAsync(request, "root")).Results[0].ErrorCode);
        await node.AllowAsync(AclOperation.Alter, AclResourceType.Cluster, AccessRule.ClusterName);
        Assert.Equal(ErrorCode.None, (await node.SendAsync(request)).Results[0].ErrorCode);
        Assert.Equal(ErrorCode.ResourceNotFound, (await node.SendAsync(users)).Results[0].ErrorCode);
    }

    [Fact]
    public async Task A_page_of_topics_does_not_tell_of_hidden_ones()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        foreach (string topic in new[] { "a", "b", "c", "d" })
            await node.Broker.CreateTopicAsync(topic);
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "a");
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "c");

        DescribeTopicPartitionsResponse first =
            await node.SendAsync(new DescribeTopicPartitionsRequest { ResponsePartitionLimit = 1 });
        DescribeTopicPartitionsResponse rest = await node.SendAsync(new DescribeTopicPartitionsRequest
        {
            StartCursor = new() { TopicName = "b", PartitionIndex = 0 },
        });

        Assert.Equal(["a"], first.Topics.Select(topic => topic.Name));
        Assert.Equal("c", first.NextCursor?.TopicName);
        Assert.Equal(["c"], rest.Topics.Select(topic => topic.Name));
        Assert.Equal(1 << (int)AclOperation.Describe, rest.Topics[0].TopicAuthorizedOperations);
        Assert.Empty((await node.SendAsync(new DescribeTopicPartitionsRequest(), "bob")).Topics);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_asks_is_told_what_it_may_do(bool acls)
    {
        await using AclHarness node = await AclHarness.StartAsync(acls);
        await node.Broker.CreateTopicAsync("orders");
        if (acls)
        {
            await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "orders");
            await node.AllowAsync(AclOperation.Describe, AclResourceType.Cluster, AccessRule.ClusterName);
        }

        MetadataResponse metadata = await node.SendAsync(new MetadataRequest
        {
            Topics = null,
            IncludeTopicAuthorizedOperations = true,
            IncludeClusterAuthorizedOperations = true,
        });
        DescribeClusterResponse cluster =
            await node.SendAsync(new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true });

        int describe = 1 << (int)AclOperation.Describe;
        Assert.Equal(
            acls ? describe | (1 << (int)AclOperation.Read) : AclOperations.AllOf(AclResourceType.Topic),
            metadata.Topics.Single().TopicAuthorizedOperations);
        int onCluster = acls ? describe : AclOperations.AllOf(AclResourceType.Cluster);
        Assert.Equal(
            (onCluster, onCluster), (metadata.ClusterAuthorizedOperations, cluster.ClusterAuthorizedOperations));
        Assert.Equal(
            acls ? 0 : onCluster,
            (await node.SendAsync(new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true }, "bob"))
                .ClusterAuthorizedOperations);
    }

    [Fact]
    public async Task Callers_of_the_process_and_super_users_may_do_everything()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");

        MetadataResponse local = await node.Door.SendAsync(
            new MetadataRequest { Topics = null }, RequestContext.Local, CancellationToken.None);

        Assert.Single(local.Topics);
        Assert.Single((await node.SendAsync(new MetadataRequest { Topics = null }, "root")).Topics);
        Assert.Empty((await node.SendAsync(new MetadataRequest { Topics = null })).Topics);
    }

    [Fact]
    public async Task A_node_asks_before_it_serves_who_comes_from_outside()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new StreamLogOptions
        {
            InMemory = true,
            Security = { Acls = true },
            Topics = { ["orders"] = new TopicOptions() },
        });

        MetadataResponse response = await node.Broker.SendAsync(
            new MetadataRequest { Topics = null }, new RequestContext(), CancellationToken.None);

        Assert.Empty(response.Topics);
    }

    private static InitProducerIdRequest Producer(string? transactionalId) =>
        new() { TransactionalId = transactionalId, TransactionTimeoutMs = 1000 };

    private static OffsetFetchRequest Offsets(params string[] topics) => new()
    {
        Groups =
        {
            new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = "g",
                Topics = topics.Length == 0
                    ? null
                    : [.. topics.Select(topic => new OffsetFetchRequest.OffsetFetchRequestTopics
                    {
                        Name = topic,
                        PartitionIndexes = { 0 },
                    })],
            },
        },
    };

    private static async Task<ErrorCode> NameAsync(AclHarness node, string topic) => (await node.SendAsync(
        new MetadataRequest { Topics = [new() { Name = topic }] })).Topics.Single().ErrorCode;
}
