using StreamLog.Broker;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

/// <summary>What clients of older versions are told of groups and offsets, through the bytes of these
/// versions.</summary>
public sealed class OldGroupRequestsTests
{
    private const string Group = "billing";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Old_members_join_at_once_and_leave_alone(short version)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        JoinGroupResponse joined = await broker.SendWireAsync(Join(), version);
        SyncGroupResponse synced = await broker.SendWireAsync(
            new SyncGroupRequest
            {
                GroupId = Group,
                GenerationId = joined.GenerationId,
                MemberId = joined.MemberId,
                Assignments = [new() { MemberId = joined.MemberId, Assignment = [1, 2] }],
            },
            version);
        HeartbeatResponse beat = await broker.SendWireAsync(
            new HeartbeatRequest
            {
                GroupId = Group,
                GenerationId = joined.GenerationId,
                MemberId = joined.MemberId,
            },
            version);
        short leaving = Math.Min(version, (short)2);
        LeaveGroupResponse left = await broker.SendWireAsync(
            new LeaveGroupRequest { GroupId = Group, MemberId = joined.MemberId }, leaving);
        LeaveGroupResponse again = await broker.SendWireAsync(
            new LeaveGroupRequest { GroupId = Group, MemberId = joined.MemberId }, leaving);
        LeaveGroupResponse nobody = await broker.SendWireAsync(new LeaveGroupRequest { GroupId = Group }, leaving);

        Assert.Equal((ErrorCode.None, "range"), (joined.ErrorCode, joined.ProtocolName));
        Assert.Equal(joined.MemberId, joined.Leader);
        Assert.Equal(1, joined.GenerationId);
        Assert.Equal([1, 2], synced.Assignment);
        Assert.Equal(ErrorCode.None, beat.ErrorCode);
        Assert.Equal(
            (ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId),
            (left.ErrorCode, again.ErrorCode, nobody.ErrorCode));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task Newer_members_are_told_their_id_first(short version)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        JoinGroupResponse told = await broker.SendWireAsync(Join(), version);
        JoinGroupResponse joined = await broker.SendWireAsync(Join(told.MemberId), version);

        Assert.Equal(ErrorCode.MemberIdRequired, told.ErrorCode);
        Assert.Equal((ErrorCode.None, told.MemberId), (joined.ErrorCode, joined.MemberId));
    }

    [Fact]
    public async Task A_group_that_has_committed_nothing_has_minus_1_and_no_error()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;

        for (short version = 1; version <= 7; version++)
        {
            OffsetFetchResponse response = await broker.SendWireAsync(Ask("orders"), version);
            OffsetFetchResponse.OffsetFetchResponsePartition answer =
                response.Topics.Single().Partitions.Single();
            Assert.Equal(
                (ErrorCode.None, ErrorCode.None, -1), (response.ErrorCode, answer.ErrorCode, answer.CommittedOffset));
        }

        for (short version = 8; version <= 10; version++)
        {
            OffsetFetchResponse response = await broker.SendWireAsync(AskForGroups(topicId, version), version);
            Assert.Equal([Group, "audit"], response.Groups.Select(group => group.GroupId));
            Assert.All(response.Groups, group => Assert.Equal(
                (ErrorCode.None, ErrorCode.None, -1),
                (
                    group.ErrorCode, group.Topics[0].Partitions[0].ErrorCode,
                    group.Topics[0].Partitions[0].CommittedOffset)));
            Assert.Empty((await broker.SendWireAsync(new OffsetFetchRequest(), version)).Groups);
        }
    }

    [Fact]
    public async Task Old_commits_are_there_for_all_versions()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;
        long offset = 10;
        for (short version = 2; version <= 9; version++)
        {
            OffsetCommitResponse committed = await broker.SendWireAsync(
                new OffsetCommitRequest
                {
                    GroupId = Group,
                    Topics =
                    [
                        new() { Name = "orders", Partitions = [new() { CommittedOffset = ++offset }] },
                    ],
                },
                version);
            Assert.Equal(ErrorCode.None, committed.Topics.Single().Partitions.Single().ErrorCode);
            Assert.Equal(
                offset, (await broker.SendWireAsync(Ask("orders"), 1)).Topics.Single().Partitions[0].CommittedOffset);
        }

        OffsetFetchResponse all = await broker.SendWireAsync(
            new OffsetFetchRequest { GroupId = Group, Topics = null }, 2);
        OffsetFetchResponse newest = await broker.SendWireAsync(AskForGroups(topicId, 10), 10);
        Assert.Equal(offset, all.Topics.Single().Partitions.Single().CommittedOffset);
        Assert.Equal([offset, -1L], newest.Groups.Select(group => group.Topics[0].Partitions[0].CommittedOffset));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task What_is_wrong_with_a_group_is_told_where_its_client_looks(short version)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        OffsetFetchRequest request = Ask("orders");
        request.GroupId = "";

        OffsetFetchResponse response = await broker.SendWireAsync(request, version);

        if (version == 1)
            Assert.Equal(ErrorCode.InvalidGroupId, response.Topics.Single().Partitions.Single().ErrorCode);
        else
            Assert.Equal(ErrorCode.InvalidGroupId, response.ErrorCode);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_dead_and_newer_clients_are_told_by_an_error()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        for (short version = 0; version <= 6; version++)
        {
            DescribeGroupsResponse.DescribedGroup group = (await broker.SendWireAsync(
                new DescribeGroupsRequest { Groups = [Group] }, version)).Groups.Single();
            Assert.Equal(
                (version < 6 ? ErrorCode.None : ErrorCode.GroupIdNotFound, "Dead"),
                (group.ErrorCode, group.GroupState));
        }
    }

    [Fact]
    public async Task Coordinators_are_found_one_by_one_and_many_at_once()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        for (short version = 0; version <= 3; version++)
        {
            FindCoordinatorResponse found =
                await broker.SendWireAsync(new FindCoordinatorRequest { Key = Group }, version);
            Assert.Equal((ErrorCode.None, 1, "localhost"), (found.ErrorCode, found.NodeId, found.Host));
        }

        for (short version = 4; version <= 6; version++)
        {
            FindCoordinatorResponse found = await broker.SendWireAsync(
                new FindCoordinatorRequest { CoordinatorKeys = [Group, ""] }, version);
            Assert.Equal([(Group, 1), ("", 1)], found.Coordinators.Select(one => (one.Key, one.NodeId)));
            Assert.Empty((await broker.SendWireAsync(new FindCoordinatorRequest(), version)).Coordinators);
        }
    }

    [Theory]
    [InlineData("workers:AAAAAAAAAAAAAAAAAAAAAQ:0", 6, ErrorCode.None)]
    [InlineData("a:b:AAAAAAAAAAAAAAAAAAAAAQ:12", 6, ErrorCode.None)]
    [InlineData("workers:AAAAAAAAAAAAAAAAAAAAAQ:0", 5, ErrorCode.InvalidRequest)]
    [InlineData("workers:AAAAAAAAAAAAAAAAAAAAAQ", 6, ErrorCode.InvalidRequest)]
    [InlineData("workers:AAAAAAAAAAAAAAAAAAAAAQ:-1", 6, ErrorCode.InvalidRequest)]
    [InlineData("workers:AAAA:0", 6, ErrorCode.InvalidRequest)]
    [InlineData(":AAAAAAAAAAAAAAAAAAAAAQ:0", 6, ErrorCode.InvalidRequest)]
    [InlineData("workers", 6, ErrorCode.InvalidRequest)]
    [InlineData("", 6, ErrorCode.InvalidRequest)]
    public async Task Share_partitions_are_coordinated_here(string key, short version, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        FindCoordinatorResponse found = await broker.SendWireAsync(
            new FindCoordinatorRequest { KeyType = 2, CoordinatorKeys = [key] }, version);

        Assert.Equal(expected, found.Coordinators.Single().ErrorCode);
        Assert.Equal(expected == ErrorCode.None ? 1 : -1, found.Coordinators[0].NodeId);
    }

    [Fact]
    public async Task Apis_whose_feature_is_off_are_not_spoken()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.SendAsync(new UpdateFeaturesRequest
        {
            FeatureUpdates =
            [
                new() { Feature = "group.version", MaxVersionLevel = 0, UpgradeType = 2 },
                new() { Feature = "share.version", MaxVersionLevel = 0, UpgradeType = 2 },
            ],
        });

        ConsumerGroupHeartbeatResponse consumer = await broker.SendWireAsync(
            new ConsumerGroupHeartbeatRequest { GroupId = Group, MemberId = "m" }, 1);
        ShareGroupHeartbeatResponse share = await broker.SendWireAsync(
            new ShareGroupHeartbeatRequest { GroupId = Group, MemberId = "m" }, 1);

        Assert.Equal(
            (ErrorCode.UnsupportedVersion, ErrorCode.UnsupportedVersion), (consumer.ErrorCode, share.ErrorCode));
        Assert.Equal(ErrorCode.None, (await broker.SendWireAsync(Join(), 3)).ErrorCode);
    }

    [Fact]
    public async Task A_broken_disk_of_a_coordinator_is_none_of_a_remote_clients_words()
    {
        HeartbeatResponse heartbeat = await CoordinatorAnswers.TranslateAsync(
            ValueTask.FromResult(new HeartbeatResponse { ErrorCode = ErrorCode.KafkaStorageError }));
        OffsetCommitResponse commit = await CoordinatorAnswers.TranslateAsync(
            ValueTask.FromResult(new OffsetCommitResponse
            {
                Topics =
                [
                    new()
                    {
                        Partitions =
                        [
                            new() { ErrorCode = ErrorCode.StorageFull },
                            new() { ErrorCode = ErrorCode.IllegalGeneration },
                        ],
                    },
                ],
            }));

        Assert.Equal(ErrorCode.NotCoordinator, heartbeat.ErrorCode);
        Assert.Equal(
            [ErrorCode.NotCoordinator, ErrorCode.IllegalGeneration],
            commit.Topics[0].Partitions.Select(partition => partition.ErrorCode));
    }

    [Fact]
    public async Task Names_of_groups_are_as_long_as_kafkas()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        string name = new('g', 20_000);

        OffsetCommitResponse committed = await broker.SendWireAsync(
            new OffsetCommitRequest
            {
                GroupId = name,
                Topics = [new() { Name = "orders", Partitions = [new() { CommittedOffset = 7 }] }],
            },
            2);
        OffsetFetchRequest request = Ask("orders");
        request.GroupId = name;

        Assert.Equal(ErrorCode.None, committed.Topics.Single().Partitions.Single().ErrorCode);
        Assert.Equal(
            7, (await broker.SendWireAsync(request, 1)).Topics.Single().Partitions.Single().CommittedOffset);
    }

    private static JoinGroupRequest Join(string memberId = "") => new()
    {
        GroupId = Group,
        SessionTimeoutMs = 10_000,
        MemberId = memberId,
        ProtocolType = "consumer",
        Protocols = [new() { Name = "range", Metadata = [0, 0, 0, 0, 0, 0, 255, 255, 255, 255] }],
    };

    private static OffsetFetchRequest Ask(string topic) => new()
    {
        GroupId = Group,
        Topics = [new() { Name = topic, PartitionIndexes = [0] }],
    };

    private static OffsetFetchRequest AskForGroups(Guid topicId, short version) => new()
    {
        Groups =
        [
            .. new[] { Group, "audit" }.Select(group => new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = group,
                Topics =
                [
                    new()
                    {
                        Name = version < 10 ? "orders" : "",
                        TopicId = version < 10 ? Guid.Empty : topicId,
                        PartitionIndexes = [0],
                    },
                ],
            }),
        ],
    };
}
