using StreamLog.Kafka.Tests.Clients;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>A cluster of brokers that nobody here wrote: librdkafka's mock, which speaks old versions of a few
/// APIs.</summary>
public sealed class MockClusterTests : ClusterTest
{
    private const int Partitions = 4; // The mock gives each topic so many.

    [Fact]
    public async Task Records_are_appended_to_all_its_brokers_and_read_from_them()
    {
        (ClientProgram program, string bootstrap) = await ClientProgram.StartMockClusterAsync(3);
        using ClientProgram running = program;
        await using KafkaCluster cluster = Connect(bootstrap);

        // It draws the leaders, and now and then the same one for all partitions.
        MetadataResponse metadata;
        string topic;
        int touched = 0;
        do
        {
            topic = $"orders-{touched++}";
            metadata = await TouchAsync(cluster, topic);
        }
        while (metadata.Topics.Single().Partitions.Select(one => one.LeaderId).Distinct().Count() == 1);
        Assert.Equal(3, metadata.Brokers.Count);

        ProduceResponse produced = await SendAsync(cluster, Produce(topic, Partitions));
        Assert.All(
            produced.Responses.Single().PartitionResponses,
            partition => Assert.Equal(ErrorCode.None, partition.ErrorCode));
        Assert.Equal(Partitions, produced.Responses.Single().PartitionResponses.Count);

        long[] offsets = new long[Partitions];
        List<string> values = [];
        while (values.Count < Partitions)
        {
            using FetchResponse fetched = await SendAsync(cluster, Fetch(topic, offsets, maxWaitMs: 500));
            foreach (FetchResponse.PartitionData partition in fetched.Responses.SelectMany(read => read.Partitions))
            {
                Assert.Equal(ErrorCode.None, partition.ErrorCode);
                if (partition.Records is { Length: > 0 })
                    offsets[partition.PartitionIndex] = 1;
            }

            values.AddRange(Batches.ValuesOf(fetched));
        }

        Assert.Equal(["0", "1", "2", "3"], values.Order());

        // One at a time: of several, the mock pads each with bytes that no version has.
        for (int index = 0; index < Partitions; index++)
        {
            ListOffsetsResponse end = await SendAsync(cluster, new ListOffsetsRequest
            {
                Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = index, Timestamp = -1 }] }],
            });
            Assert.Equal(1, end.Topics.Single().Partitions.Single().Offset);
        }
    }

    [Fact]
    public async Task A_group_is_joined_and_its_offsets_are_kept()
    {
        (ClientProgram program, string bootstrap) = await ClientProgram.StartMockClusterAsync(3);
        using ClientProgram running = program;
        await using KafkaCluster cluster = Connect(bootstrap);
        await TouchAsync(cluster, "orders");

        JoinGroupRequest join = new()
        {
            GroupId = "readers",
            SessionTimeoutMs = 30_000,
            RebalanceTimeoutMs = 60_000,
            ProtocolType = "consumer",
            Protocols = [new() { Name = "range", Metadata = [] }],
        };
        JoinGroupResponse joined = await SendAsync(cluster, join);
        if (joined.ErrorCode == ErrorCode.MemberIdRequired)
        {
            join.MemberId = joined.MemberId;
            joined = await SendAsync(cluster, join);
        }

        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        Assert.Equal(joined.Leader, joined.MemberId);
        SyncGroupResponse synced = await SendAsync(cluster, new SyncGroupRequest
        {
            GroupId = "readers",
            MemberId = joined.MemberId,
            GenerationId = joined.GenerationId,
            Assignments = [new() { MemberId = joined.MemberId, Assignment = [1, 2, 3] }],
        });
        Assert.Equal([1, 2, 3], synced.Assignment);
        HeartbeatResponse beat = await SendAsync(cluster, new HeartbeatRequest
        {
            GroupId = "readers",
            MemberId = joined.MemberId,
            GenerationId = joined.GenerationId,
        });
        Assert.Equal(ErrorCode.None, beat.ErrorCode);

        OffsetCommitResponse committed = await SendAsync(cluster, new OffsetCommitRequest
        {
            GroupId = "readers",
            MemberId = joined.MemberId,
            GenerationIdOrMemberEpoch = joined.GenerationId,
            Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 2, CommittedOffset = 7 }] }],
        });
        Assert.Equal(ErrorCode.None, committed.Topics.Single().Partitions.Single().ErrorCode);
        OffsetFetchResponse offsets = await SendAsync(cluster, new OffsetFetchRequest
        {
            RequireStable = true,
            Groups =
            [
                new() { GroupId = "readers", Topics = [new() { Name = "orders", PartitionIndexes = [2] }] },
            ],
        });
        Assert.Equal(7, offsets.Groups.Single().Topics.Single().Partitions.Single().CommittedOffset);
        LeaveGroupResponse left = await SendAsync(cluster, new LeaveGroupRequest
        {
            GroupId = "readers",
            Members = [new() { MemberId = joined.MemberId }],
        });
        Assert.Equal(ErrorCode.None, left.ErrorCode);
    }

    [Fact]
    public async Task A_transaction_is_begun_and_ended()
    {
        (ClientProgram program, string bootstrap) = await ClientProgram.StartMockClusterAsync(3);
        using ClientProgram running = program;
        await using KafkaCluster cluster = Connect(bootstrap);
        await TouchAsync(cluster, "orders");

        InitProducerIdResponse producer = await SendAsync(
            cluster, new InitProducerIdRequest { TransactionalId = "shop", TransactionTimeoutMs = 60_000 });
        Assert.Equal(ErrorCode.None, producer.ErrorCode);
        AddPartitionsToTxnResponse added = await SendAsync(cluster, new AddPartitionsToTxnRequest
        {
            V3AndBelowTransactionalId = "shop",
            V3AndBelowProducerId = producer.ProducerId,
            V3AndBelowProducerEpoch = producer.ProducerEpoch,
            V3AndBelowTopics = [new() { Name = "orders", Partitions = [0, 1] }],
        });
        Assert.All(
            added.ResultsByTopicV3AndBelow.SelectMany(topic => topic.ResultsByPartition),
            partition => Assert.Equal(ErrorCode.None, partition.PartitionErrorCode));
        EndTxnResponse ended = await SendAsync(cluster, new EndTxnRequest
        {
            TransactionalId = "shop",
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            Committed = true,
        });
        Assert.Equal(ErrorCode.None, ended.ErrorCode);
    }

    [Fact]
    public async Task What_it_does_not_speak_is_said_so()
    {
        (ClientProgram program, string bootstrap) = await ClientProgram.StartMockClusterAsync(1);
        using ClientProgram running = program;
        await using KafkaCluster cluster = Connect(bootstrap);
        await cluster.ConnectAsync(Stop);

        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await SendAsync(cluster, new DescribeClusterRequest()));

        Assert.Equal(ErrorCode.UnsupportedVersion, exception.ErrorCode);
        Assert.DoesNotContain(cluster.SupportedApis, api => api.ApiKey == ApiKey.DescribeCluster);
    }

    // The mock knows no other way to make a topic.
    private ValueTask<MetadataResponse> TouchAsync(KafkaCluster cluster, string topic) => SendAsync(
        cluster, new MetadataRequest { Topics = [new() { Name = topic }], AllowAutoTopicCreation = true });
}
