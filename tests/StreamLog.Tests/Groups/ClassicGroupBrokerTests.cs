using StreamLog.Broker;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Groups;

/// <summary>Classic groups through the broker's door, down to the disk.</summary>
public sealed class ClassicGroupBrokerTests
{
    // What a consumer of the topic "orders" tells its assignor.
    private static readonly byte[] Subscription =
        [0, 0, 0, 0, 0, 1, 0, 6, .. "orders"u8, 255, 255, 255, 255];

    [Fact]
    public async Task A_group_survives_a_power_cut_with_its_members_and_offsets()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders");
        JoinGroupResponse member = await JoinAsync(first);
        Assert.Equal(ErrorCode.None, await CommitAsync(first, 5, member));

        await using BrokerHarness broker = await first.CrashAsync();

        Assert.Equal(ErrorCode.None, await HeartbeatAsync(broker, member));
        Assert.Equal(ErrorCode.None, await CommitAsync(broker, 6, member));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync(broker, 7));
        DescribeGroupsResponse.DescribedGroup group = await DescribeAsync(broker);
        Assert.Equal(
            (ErrorCode.None, "Stable", "consumer", "range"),
            (group.ErrorCode, group.GroupState, group.ProtocolType, group.ProtocolData));
        Assert.Equal([9], group.Members.Single().MemberAssignment);
    }

    [Fact]
    public async Task A_session_ends_by_the_clock_of_the_node()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        JoinGroupResponse member = await JoinAsync(broker);
        broker.Time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.Equal("Stable", (await DescribeAsync(broker)).GroupState);

        broker.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("Empty", (await DescribeAsync(broker)).GroupState);
        Assert.Equal(ErrorCode.UnknownMemberId, await HeartbeatAsync(broker, member));
    }

    [Fact]
    public async Task A_commit_is_a_sign_of_life()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        JoinGroupResponse member = await JoinAsync(broker);
        broker.Time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.Equal(ErrorCode.None, await CommitAsync(broker, 5, member));

        broker.Time.Advance(TimeSpan.FromMilliseconds(9_999));

        Assert.Equal("Stable", (await DescribeAsync(broker)).GroupState);
        broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("Empty", (await DescribeAsync(broker)).GroupState);
    }

    [Fact]
    public async Task A_node_that_stops_answers_who_waits_for_other_members()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync();
        await JoinAsync(broker);
        Task<JoinGroupResponse> waits = broker
            .SendAsync(JoinRequest((await broker.SendAsync(JoinRequest(""))).MemberId)).AsTask();
        Assert.False(waits.IsCompleted);

        await broker.DisposeAsync();

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await waits).ErrorCode);
    }

    [Fact]
    public async Task Where_there_are_no_groups_nobody_is_a_member()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        JoinGroupResponse nobody = new() { MemberId = "x", GenerationId = 1 };

        Assert.Equal(ErrorCode.UnknownMemberId, await HeartbeatAsync(broker, nobody));
        Assert.Equal(
            ErrorCode.UnknownMemberId,
            (await broker.SendAsync(new SyncGroupRequest { GroupId = "g", MemberId = "x" })).ErrorCode);
        LeaveGroupResponse left = await broker.SendAsync(
            new LeaveGroupRequest { GroupId = "g", Members = { new() { MemberId = "x" } } });
        Assert.Equal(ErrorCode.UnknownMemberId, left.Members.Single().ErrorCode);
        Assert.Equal(
            ErrorCode.UnknownMemberId,
            (await broker.SendAsync(new LeaveGroupRequest { GroupId = "g", MemberId = "x" })).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, await DeleteGroupAsync(broker));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DeleteOffsetAsync(broker)).ErrorCode);
        DescribeGroupsResponse.DescribedGroup group = await DescribeAsync(broker);
        Assert.Equal((ErrorCode.GroupIdNotFound, "Dead"), (group.ErrorCode, group.GroupState));
        Assert.DoesNotContain(broker.Broker.DescribeTopics(), topic => topic.IsInternal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_group_needs_a_name(string? name)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        string group = name ?? new string('g', 32_767);
        JoinGroupRequest join = JoinRequest("");
        join.GroupId = group;

        Assert.Equal(ErrorCode.InvalidGroupId, (await broker.SendAsync(join)).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId, (await broker.SendAsync(new HeartbeatRequest { GroupId = group })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId, (await broker.SendAsync(new SyncGroupRequest { GroupId = group })).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidGroupId, (await broker.SendAsync(new LeaveGroupRequest { GroupId = group })).ErrorCode);
    }

    [Fact]
    public async Task Groups_are_listed_by_state_and_type()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await JoinAsync(broker);
        await CommitAsync(broker, 1, group: "plain");

        Assert.Equal(["g", "plain"], await ListAsync(broker));
        Assert.Equal(["g"], await ListAsync(broker, "stable"));
        Assert.Equal(["plain"], await ListAsync(broker, "Empty"));
        Assert.Empty((await broker.SendAsync(new ListGroupsRequest { TypesFilter = { "consumer" } })).Groups);
        Assert.Equal("Empty", (await DescribeAsync(broker, "plain")).GroupState);
    }

    [Fact]
    public async Task A_group_is_deleted_with_its_offsets_once_it_is_empty()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");
        JoinGroupResponse member = await JoinAsync(first);
        await CommitAsync(first, 5, member);
        Assert.Equal(ErrorCode.NonEmptyGroup, await DeleteGroupAsync(first));
        await LeaveAsync(first, member);

        Assert.Equal(ErrorCode.None, await DeleteGroupAsync(first));
        Assert.Equal(ErrorCode.GroupIdNotFound, await DeleteGroupAsync(first));

        Assert.Empty(await ListAsync(first));
        await using BrokerHarness broker = await first.RestartAsync();
        Assert.Empty(await ListAsync(broker));
    }

    [Fact]
    public async Task Offsets_are_deleted_but_for_topics_that_are_subscribed_to()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await broker.CreateTopicAsync("paid");
        await CommitAsync(broker, 5);
        await CommitAsync(broker, 6, topic: "paid");
        JoinGroupResponse member = await JoinAsync(broker);

        OffsetDeleteResponse deleted = await DeleteOffsetAsync(broker, "orders", "paid");

        Assert.Equal(
            [ErrorCode.GroupSubscribedToTopic, ErrorCode.None],
            deleted.Topics.Select(topic => topic.Partitions.Single().ErrorCode));
        Assert.Equal(["orders"], await CommittedTopicsAsync(broker));
        await LeaveAsync(broker, member);
        await DeleteOffsetAsync(broker, "orders");
        Assert.Empty(await CommittedTopicsAsync(broker));
    }

    [Fact]
    public async Task Offsets_expire_some_time_after_the_last_member_has_left()
    {
        StreamLogOptions options = new() { OffsetsRetention = TimeSpan.FromHours(1) };
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);
        await broker.CreateTopicAsync("orders");
        JoinGroupRequest patient = JoinRequest("");
        patient.SessionTimeoutMs = 1_800_000;
        JoinGroupResponse member = await JoinAsync(broker, patient);
        await CommitAsync(broker, 5, member);
        await CommitAsync(broker, 5, group: "plain");
        for (int i = 0; i < 3; i++)
        {
            broker.Time.Advance(TimeSpan.FromMinutes(25));
            Assert.Equal(ErrorCode.None, await HeartbeatAsync(broker, member));
        }

        await ExpireAsync(broker);
        Assert.Equal(["g"], await ListAsync(broker));
        await LeaveAsync(broker, member);
        broker.Time.Advance(TimeSpan.FromMinutes(59));
        await ExpireAsync(broker);
        Assert.Equal(["orders"], await CommittedTopicsAsync(broker));

        broker.Time.Advance(TimeSpan.FromMinutes(1));
        await ExpireAsync(broker);

        Assert.Empty(await ListAsync(broker));
    }

    [Fact]
    public async Task Old_clients_say_themselves_when_their_offsets_expire()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");
        await first.CreateTopicAsync("bills");
        await CommitAsync("orders", retentionMs: 60_000);
        await CommitAsync("bills", retentionMs: -1);
        await using BrokerHarness broker = await first.RestartAsync(new StreamLogOptions { OffsetsRetention = null });
        broker.Time.Advance(TimeSpan.FromMilliseconds(59_999));
        await ExpireAsync(broker);
        Assert.Equal(["bills", "orders"], await CommittedTopicsAsync(broker));

        broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        await ExpireAsync(broker);

        Assert.Equal(["bills"], await CommittedTopicsAsync(broker));

        async Task CommitAsync(string topic, long retentionMs)
        {
            OffsetCommitRequest request = new()
            {
                GroupId = "g",
                RetentionTimeMs = retentionMs,
                Topics = [new() { Name = topic, Partitions = [new() { CommittedOffset = 5 }] }],
            };
            OffsetCommitResponse response = await first.SendWireAsync(request, version: 3);
            Assert.Equal(ErrorCode.None, response.Topics[0].Partitions[0].ErrorCode);
        }
    }

    [Fact]
    public async Task Offsets_of_a_deleted_topic_are_dropped_though_nothing_expires()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await CommitAsync(broker, 5);
        await ExpireAsync(broker);
        Assert.Equal(["g"], await ListAsync(broker));
        await broker.SendAsync(new DeleteTopicsRequest { TopicNames = { "orders" } });

        await ExpireAsync(broker);

        Assert.Empty(await ListAsync(broker));
    }

    private static JoinGroupRequest JoinRequest(string memberId) => new()
    {
        GroupId = "g",
        MemberId = memberId,
        SessionTimeoutMs = 10_000,
        RebalanceTimeoutMs = 60_000,
        ProtocolType = "consumer",
        Protocols = { new() { Name = "range", Metadata = Subscription } },
    };

    private static async Task<JoinGroupResponse> JoinAsync(BrokerHarness broker, JoinGroupRequest? request = null)
    {
        request ??= JoinRequest("");
        request.MemberId = (await broker.SendAsync(request)).MemberId;
        JoinGroupResponse joined = await broker.SendAsync(request);
        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        SyncGroupResponse synced = await broker.SendAsync(new SyncGroupRequest
        {
            GroupId = "g",
            GenerationId = joined.GenerationId,
            MemberId = joined.MemberId,
            Assignments = { new() { MemberId = joined.MemberId, Assignment = [9] } },
        });
        Assert.Equal([9], synced.Assignment);
        return joined;
    }

    private static async Task<ErrorCode> HeartbeatAsync(BrokerHarness broker, JoinGroupResponse member) =>
        (await broker.SendAsync(new HeartbeatRequest
        {
            GroupId = "g",
            GenerationId = member.GenerationId,
            MemberId = member.MemberId,
        })).ErrorCode;

    private static async Task<ErrorCode> CommitAsync(
        BrokerHarness broker,
        long offset,
        JoinGroupResponse? member = null,
        string topic = "orders",
        string group = "g")
    {
        OffsetCommitResponse response = await broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = member?.GenerationId ?? -1,
            MemberId = member?.MemberId ?? "",
            Topics = { new() { Name = topic, Partitions = { new() { CommittedOffset = offset } } } },
        });
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private static async Task LeaveAsync(BrokerHarness broker, JoinGroupResponse member) => Assert.Equal(
        ErrorCode.None,
        (await broker.SendAsync(new LeaveGroupRequest { GroupId = "g", MemberId = member.MemberId })).ErrorCode);

    private static async Task<ErrorCode> DeleteGroupAsync(BrokerHarness broker) =>
        (await broker.SendAsync(new DeleteGroupsRequest { GroupsNames = { "g" } })).Results.Single().ErrorCode;

    private static async Task<OffsetDeleteResponse> DeleteOffsetAsync(BrokerHarness broker, params string[] topics) =>
        await broker.SendAsync(new OffsetDeleteRequest
        {
            GroupId = "g",
            Topics =
            [
                .. topics.Select(topic => new OffsetDeleteRequest.OffsetDeleteRequestTopic
                {
                    Name = topic,
                    Partitions = { new() },
                }),
            ],
        });

    private static async Task<DescribeGroupsResponse.DescribedGroup> DescribeAsync(
        BrokerHarness broker, string group = "g") =>
        (await broker.SendAsync(new DescribeGroupsRequest { Groups = { group } })).Groups.Single();

    private static async Task<IEnumerable<string>> ListAsync(BrokerHarness broker, params string[] states)
    {
        ListGroupsResponse response = await broker.SendAsync(new ListGroupsRequest { StatesFilter = [.. states] });
        return response.Groups.Select(group => group.GroupId);
    }

    private static async Task<IEnumerable<string>> CommittedTopicsAsync(BrokerHarness broker)
    {
        OffsetFetchResponse response =
            await broker.SendAsync(new OffsetFetchRequest { GroupId = "g", Topics = null });
        return response.Topics.Select(topic => topic.Name);
    }

    private static async Task ExpireAsync(BrokerHarness broker) =>
        await broker.Directory.Maintenance.RunNowAsync(OffsetExpiryTask.TaskName, CancellationToken.None);
}
