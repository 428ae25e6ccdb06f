using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Groups.Consumer;
using Xunit;

namespace StreamLog.Tests.Groups;

/// <summary>What does not fit into a group's records is refused before the group sees it, and the groups beside it go
/// on.</summary>
public sealed class GroupDoorTests
{
    private static readonly string Long = new('x', 33_000);

    private static readonly Dictionary<string, Action<JoinGroupRequest>> BadJoins = new()
    {
        ["a long member id"] = request => request.MemberId = Long,
        ["no member id"] = request => request.MemberId = null!,
        ["a long static id"] = request => request.GroupInstanceId = new string('i', 250),
        ["a long type"] = request => request.ProtocolType = Long,
        ["no type"] = request => request.ProtocolType = null!,
        ["a long assignor"] = request => request.Protocols[0].Name = Long,
        ["an assignor without a name"] = request => request.Protocols[0].Name = null!,
        ["an assignor that is not there"] = request => request.Protocols = [null!],
        ["an assignor told nothing"] = request => request.Protocols[0].Metadata = null!,
    };

    private static readonly Dictionary<string, Action<ConsumerGroupHeartbeatRequest>> BadBeats = new()
    {
        ["a long member id"] = request => request.MemberId = Long,
        ["no member id"] = request => request.MemberId = null!,
        ["a long static id"] = request => request.InstanceId = new string('i', 250),
        ["a long rack"] = request => request.RackId = Long,
        ["a long pattern"] = request => request.SubscribedTopicRegex = Long,
        ["a long topic"] = request => request.SubscribedTopicNames = [Long],
        ["a topic without a name"] = request => request.SubscribedTopicNames = [null!],
    };

    public static TheoryData<string> Joins => [.. BadJoins.Keys];

    public static TheoryData<string> Beats => [.. BadBeats.Keys];

    [Theory]
    [MemberData(nameof(Joins))]
    public async Task A_join_that_fits_no_record_is_refused(string name)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        JoinGroupRequest request = Join();
        BadJoins[name](request);

        Assert.Equal(ErrorCode.InvalidRequest, (await broker.SendAsync(request)).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(Beats))]
    public async Task A_heartbeat_that_fits_no_record_is_refused(string name)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await AssertBeatsAsync(broker, ErrorCode.None);
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest("b", "orders");
        request.GroupId = "g";
        BadBeats[name](request);

        Assert.Equal(ErrorCode.InvalidRequest, (await broker.SendAsync(request)).ErrorCode);

        // The member beside it is still known, at its epoch.
        await AssertBeatsAsync(broker, ErrorCode.None);
    }

    [Fact]
    public async Task Requests_without_words_are_refused_and_harm_nobody()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        JoinGroupRequest join = Join();
        join.MemberId = (await broker.SendAsync(join)).MemberId;
        JoinGroupResponse joined = await broker.SendAsync(join);

        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.SendAsync(new HeartbeatRequest { GroupId = "g", MemberId = null! })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.SendAsync(new SyncGroupRequest { GroupId = "g", MemberId = null! })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.SendAsync(new SyncGroupRequest
            {
                GroupId = "g",
                GenerationId = joined.GenerationId,
                MemberId = joined.MemberId,
                Assignments = { new() { MemberId = null! } },
            })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.SendAsync(new LeaveGroupRequest
            {
                GroupId = "g",
                Members = { new() { MemberId = null! } },
            })).ErrorCode);
        OffsetCommitResponse committed = await broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = "g",
            MemberId = null!,
            Topics = { new() { Name = "orders", Partitions = { new() } } },
        });
        Assert.Equal(ErrorCode.InvalidRequest, committed.Topics.Single().Partitions.Single().ErrorCode);

        Assert.Equal(ErrorCode.None, (await broker.SendAsync(new HeartbeatRequest
        {
            GroupId = "g",
            GenerationId = joined.GenerationId,
            MemberId = joined.MemberId,
        })).ErrorCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32_767)]
    public async Task An_illegal_name_of_a_group_is_refused_whatever_is_asked(int length)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        string group = new('g', length);

        Assert.Equal(
            length == 0 ? ErrorCode.InvalidRequest : ErrorCode.InvalidGroupId,
            (await broker.SendAsync(new ConsumerGroupHeartbeatRequest
            {
                GroupId = group,
                MemberId = "m",
                RebalanceTimeoutMs = 1,
                SubscribedTopicNames = [],
                OwnedPartitions = [],
            })).ErrorCode);
        OffsetCommitResponse committed = await broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = -1,
            Topics = { new() { Name = "orders", Partitions = { new() } } },
        });
        Assert.Equal(ErrorCode.InvalidGroupId, committed.Topics.Single().Partitions.Single().ErrorCode);
        TxnOffsetCommitResponse inTransaction = await broker.SendAsync(new TxnOffsetCommitRequest
        {
            GroupId = group,
            TransactionalId = "t",
            Topics = { new() { Name = "orders", Partitions = { new() } } },
        });
        Assert.Equal(ErrorCode.InvalidGroupId, inTransaction.Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId,
            (await broker.SendAsync(new OffsetFetchRequest { Groups = { new() { GroupId = group, Topics = null } } }))
                .Groups.Single().ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId, (await broker.SendAsync(new OffsetDeleteRequest { GroupId = group })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId,
            (await broker.SendAsync(new DeleteGroupsRequest { GroupsNames = { group } })).Results.Single().ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId,
            (await broker.SendAsync(new DescribeGroupsRequest { Groups = { group } })).Groups.Single().ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId,
            (await broker.SendAsync(new ConsumerGroupDescribeRequest { GroupIds = { group } }))
                .Groups.Single().ErrorCode);
        Assert.Empty((await broker.SendAsync(new ListGroupsRequest())).Groups);
    }

    [Fact]
    public async Task A_client_whose_name_fits_no_record_joins_nothing()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        RequestContext sender = RequestContext.ForLocalClient(Long);
        ConsumerGroupHeartbeatRequest beat = ConsumerGroupDriver.JoinRequest("a", "orders");
        beat.GroupId = "h";

        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.Broker.SendAsync(Join(), sender, CancellationToken.None)).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidRequest,
            (await broker.Broker.SendAsync(beat, sender, CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task A_hasty_stop_answers_commits_that_wait_for_the_disk()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync(
            new StreamLogOptions { ShutdownTimeout = TimeSpan.Zero }, new SimulatedDisk());
        await broker.CreateTopicAsync("orders");
        OffsetCommitRequest request = new()
        {
            GroupId = "g",
            Topics = { new() { Name = "orders", Partitions = { new() { CommittedOffset = 1 } } } },
        };
        await broker.SendAsync(request);
        broker.Disk.HoldFlushes();
        Task<OffsetCommitResponse> commit = broker.SendAsync(request).AsTask();
        Assert.False(commit.IsCompleted);

        Task stop = broker.Broker.StopAsync(TimeSpan.Zero).AsTask();

        Assert.Equal(
            ErrorCode.CoordinatorNotAvailable,
            (await commit).Topics.Single().Partitions.Single().ErrorCode);
        broker.Disk.ReleaseFlushes();
        await stop;
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task Groups_that_cannot_be_listed_are_not_passed_over_in_silence()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await broker.CreateTopicAsync("orders");
        for (int group = 0; group < 4; group++)
            await CommitAsync(broker, $"g{group}");
        ListGroupsResponse all = await broker.SendAsync(new ListGroupsRequest());
        Assert.Equal((ErrorCode.None, 4), (all.ErrorCode, all.Groups.Count));
        broker.Disk.Faults.FailFlushes(path => path.Contains("__consumer_offsets-3", StringComparison.Ordinal));
        string lost = Enumerable.Range(0, 4).Select(group => $"g{group}")
            .First(group => StreamLog.Groups.GroupNames.PartitionOf(group, 4) == 3);

        Assert.Equal(ErrorCode.KafkaStorageError, await CommitAsync(broker, lost));

        ListGroupsResponse rest = await broker.SendAsync(new ListGroupsRequest());
        Assert.Equal((ErrorCode.KafkaStorageError, 3), (rest.ErrorCode, rest.Groups.Count));
    }

    [Fact]
    public async Task A_group_whose_partition_is_being_repaired_is_to_be_asked_for_again()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await broker.CreateTopicAsync("orders");
        await CommitAsync(broker, "g");
        TopicPartition partition = new("__consumer_offsets", StreamLog.Groups.GroupNames.PartitionOf("g", 4));
        Task<ErrorCode>? commit = null;
        Task<ListGroupsResponse>? list = null;
        broker.Disk.Faults.FailReads(path =>
        {
            // In the midst of the repair, which reads what it may keep.
            if (commit is null && path.Contains("__consumer_offsets", StringComparison.Ordinal))
            {
                commit = CommitAsync(broker, "g");
                list = broker.SendAsync(new ListGroupsRequest()).AsTask();
            }

            return false;
        });

        Assert.True(broker.Broker.RepairPartition(partition).IsOnline);

        Assert.Equal(ErrorCode.NotCoordinator, await commit!);
        Assert.Equal(ErrorCode.NotCoordinator, (await list!).ErrorCode);
        Assert.Equal(ErrorCode.None, await CommitAsync(broker, "g"));
    }

    private static JoinGroupRequest Join() => new()
    {
        GroupId = "g",
        MemberId = "",
        SessionTimeoutMs = 10_000,
        RebalanceTimeoutMs = 60_000,
        ProtocolType = "consumer",
        Protocols = { new() { Name = "range", Metadata = [1] } },
    };

    private static async Task AssertBeatsAsync(BrokerHarness broker, ErrorCode expected)
    {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest("a", "orders");
        request.GroupId = "g";
        ConsumerGroupHeartbeatResponse response = await broker.SendAsync(request);
        Assert.Equal((expected, 1), (response.ErrorCode, response.MemberEpoch));
    }

    private static async Task<ErrorCode> CommitAsync(BrokerHarness broker, string group)
    {
        OffsetCommitResponse response = await broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = group,
            Topics = { new() { Name = "orders", Partitions = { new() { CommittedOffset = 1 } } } },
        });
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }
}
