using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Groups;

public sealed class CommittedOffsetTests
{
    [Fact]
    public async Task What_is_committed_is_found_again_after_a_power_cut()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders", 3);
        Assert.Equal(ErrorCode.None, await CommitAsync(first, "billing", "orders", 1, 42, "note"));
        Assert.Equal(ErrorCode.None, await CommitAsync(first, "billing", "orders", 1, 43, "note"));
        Assert.Equal(ErrorCode.None, await CommitAsync(first, "audit", "orders", 2, 7));

        await using BrokerHarness broker = await first.CrashAsync();

        Assert.Equal((43L, "note"), await FetchAsync(broker, "billing", "orders", 1));
        Assert.Equal((-1L, ""), await FetchAsync(broker, "billing", "orders", 2));
        Assert.Equal((7L, ""), await FetchAsync(broker, "audit", "orders", 2));
        ListGroupsResponse groups = await broker.SendAsync(new ListGroupsRequest());
        Assert.Equal(["audit", "billing"], groups.Groups.Select(group => group.GroupId));
    }

    [Fact]
    public async Task A_commit_waits_for_its_flush_and_shows_nothing_before()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        await CommitAsync(broker, "billing", "orders", 0, 1);

        disk.HoldFlushes();
        Task<ErrorCode> commit = CommitAsync(broker, "billing", "orders", 0, 2);
        Assert.False(commit.IsCompleted);
        Assert.Equal((1L, ""), await FetchAsync(broker, "billing", "orders", 0));
        disk.ReleaseFlushes();

        Assert.Equal(ErrorCode.None, await commit);
        Assert.Equal((2L, ""), await FetchAsync(broker, "billing", "orders", 0));
    }

    [Fact]
    public async Task Commits_go_on_once_the_disk_lets_their_partition_be_created()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        disk.Faults.FailWrites(path => path.Contains("__consumer_offsets", StringComparison.Ordinal));
        await Assert.ThrowsAsync<StreamLogException>(() => CommitAsync(broker, "billing", "orders", 0, 1));
        Assert.Equal(ErrorCode.KafkaStorageError, await CommitAsync(broker, "billing", "orders", 0, 1));

        disk.Faults.Clear();

        Assert.Equal(ErrorCode.None, await CommitAsync(broker, "billing", "orders", 0, 2));
        Assert.Equal((2L, ""), await FetchAsync(broker, "billing", "orders", 0));
    }

    [Fact]
    public async Task Who_has_committed_nothing_is_told_minus_one_and_no_error()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        Assert.Equal((-1L, ""), await FetchAsync(broker, "nobody", "orders", 0));
        OffsetFetchResponse all = await broker.SendAsync(new OffsetFetchRequest { GroupId = "nobody", Topics = null });
        Assert.Equal(ErrorCode.None, all.ErrorCode);
        Assert.Empty(all.Topics);

        // Asking creates nothing: only a commit needs the topic.
        Assert.DoesNotContain(broker.Broker.DescribeTopics(), topic => topic.IsInternal);
    }

    [Fact]
    public async Task All_that_a_group_has_committed_is_listed_in_both_shapes_of_the_request()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("a");
        await broker.CreateTopicAsync("b", 2);
        await CommitAsync(broker, "billing", "b", 1, 5);
        await CommitAsync(broker, "billing", "a", 0, 3);

        OffsetFetchResponse old = await broker.SendAsync(new OffsetFetchRequest { GroupId = "billing", Topics = null });
        Assert.Equal(
            [("a", 0, 3L), ("b", 1, 5L)],
            old.Topics.SelectMany(
                topic => topic.Partitions, (topic, p) => (topic.Name, p.PartitionIndex, p.CommittedOffset)));

        OffsetFetchResponse young = await broker.SendAsync(new OffsetFetchRequest
        {
            Groups = { new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = "billing", Topics = null } },
        });
        Assert.Equal(
            [("a", 0, 3L), ("b", 1, 5L)],
            young.Groups.Single().Topics
                .SelectMany(
                    topic => topic.Partitions, (topic, p) => (topic.Name, p.PartitionIndex, p.CommittedOffset)));
    }

    [Fact]
    public async Task Bad_commits_are_refused_by_name_and_the_good_ones_beside_them_are_taken()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 2);
        await CommitAsync(broker, "billing", "orders", 0, 1);

        Assert.Equal(ErrorCode.InvalidGroupId, await CommitAsync(broker, "", "orders", 0, 1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await CommitAsync(broker, "billing", "nowhere", 0, 1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await CommitAsync(broker, "billing", "orders", 2, 1));
        Assert.Equal(
            ErrorCode.OffsetMetadataTooLarge, await CommitAsync(
                broker, "billing", "orders", 0, 1, new string('x', 4097)));
        Assert.Equal(
            ErrorCode.UnknownMemberId, await CommitAsync(
                broker, "billing", "orders", 0, 1, generation: 3, member: "m"));
        Assert.Equal(
            ErrorCode.IllegalGeneration, await CommitAsync(
                broker, "stranger", "orders", 0, 1, generation: 3, member: "m"));

        OffsetCommitRequest mixed = Request("billing", "orders", 0, 9, "", -1, "");
        mixed.Topics[0].Partitions.Add(new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = 8 });
        OffsetCommitResponse answer = await broker.SendAsync(mixed);
        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition],
            answer.Topics.Single().Partitions.Select(partition => partition.ErrorCode));
        Assert.Equal((9L, ""), await FetchAsync(broker, "billing", "orders", 0));
    }

    [Fact]
    public async Task A_topic_created_anew_begins_anew()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");
        await CommitAsync(first, "billing", "orders", 0, 42);
        await first.SendAsync(new DeleteTopicsRequest { TopicNames = { "orders" } });
        await first.CreateTopicAsync("orders");

        await using BrokerHarness broker = await first.RestartAsync();

        Assert.Equal((-1L, ""), await FetchAsync(broker, "billing", "orders", 0));
    }

    [Fact]
    public async Task The_offsets_topic_is_compacted_internal_and_closed_to_clients()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await CommitAsync(broker, "billing", "orders", 0, 42);

        Topic topic = broker.Broker.DescribeTopics().Single(topic => topic.IsInternal);
        Assert.Equal(("__consumer_offsets", 4), (topic.Name, topic.Partitions.Count));
        Assert.Equal(ErrorCode.InvalidTopic, (await broker.ProduceAsync(topic.Name, 0, "x")).ErrorCode);
        DeleteTopicsResponse deleted = await broker.SendAsync(new DeleteTopicsRequest { TopicNames = { topic.Name } });
        Assert.Equal(ErrorCode.InvalidTopic, deleted.Responses.Single().ErrorCode);
    }

    [Fact]
    public async Task Commits_of_many_groups_at_once_are_all_kept()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");

        ErrorCode[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => CommitAsync(first, $"group-{i}", "orders", 0, i)));

        await using BrokerHarness broker = await first.RestartAsync();
        Assert.All(outcomes, outcome => Assert.Equal(ErrorCode.None, outcome));
        for (int i = 0; i < 50; i++)
            Assert.Equal((i, ""), await FetchAsync(broker, $"group-{i}", "orders", 0));
    }

    private static async Task<ErrorCode> CommitAsync(
        BrokerHarness broker,
        string group,
        string topic,
        int partition,
        long offset,
        string metadata = "",
        int generation = -1,
        string member = "")
    {
        OffsetCommitResponse response = await broker.SendAsync(
            Request(group, topic, partition, offset, metadata, generation, member));
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private static OffsetCommitRequest Request(
        string group, string topic, int partition, long offset, string metadata, int generation, string member) => new()
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = generation,
            MemberId = member,
            Topics =
        {
            new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = topic,
                Partitions =
                {
                    new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = partition,
                        CommittedOffset = offset,
                        CommittedMetadata = metadata,
                    },
                },
            },
        },
        };

    private static async Task<(long Offset, string? Metadata)> FetchAsync(
        BrokerHarness broker, string group, string topic, int partition)
    {
        OffsetFetchResponse response = await broker.SendAsync(new OffsetFetchRequest
        {
            Groups =
            {
                new OffsetFetchRequest.OffsetFetchRequestGroup
                {
                    GroupId = group,
                    Topics = [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic, PartitionIndexes =
                        { partition } }],
                },
            },
        });
        Assert.Equal(ErrorCode.None, response.Groups.Single().ErrorCode);
        OffsetFetchResponse.OffsetFetchResponsePartitions found =
            response.Groups.Single().Topics.Single().Partitions.Single();
        Assert.Equal(ErrorCode.None, found.ErrorCode);
        return (found.CommittedOffset, found.Metadata);
    }
}
