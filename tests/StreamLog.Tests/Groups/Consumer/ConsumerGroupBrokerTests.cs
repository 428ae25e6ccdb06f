using StreamLog.Groups;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>Groups of the consumer protocol as clients see them, through the broker.</summary>
public sealed class ConsumerGroupBrokerTests
{
    private const string Group = "billing";

    [Fact]
    public async Task A_group_is_described_and_listed()
    {
        await using BrokerHarness broker = await StartAsync();
        ConsumerGroupHeartbeatResponse joined = await JoinAsync(broker, "a");
        Assert.Equal((ErrorCode.None, "a", 1), (joined.ErrorCode, joined.MemberId, joined.MemberEpoch));

        ConsumerGroupDescribeResponse.DescribedGroup group = await DescribeAsync(broker, Group);
        Assert.Equal(
            (ErrorCode.None, "Stable", 1, 1, "uniform"),
            (group.ErrorCode, group.GroupState, group.GroupEpoch, group.AssignmentEpoch, group.AssignorName));
        ConsumerGroupDescribeResponse.Member member = Assert.Single(group.Members);
        Assert.Equal(("a", 1, (sbyte)1, "/127.0.0.1"), (
            member.MemberId, member.MemberEpoch, member.MemberType, member.ClientHost));
        Assert.Equal(["orders"], member.SubscribedTopicNames);
        ConsumerGroupDescribeResponse.TopicPartitions topic = Assert.Single(member.Assignment.Partitions);
        Assert.Equal("orders", topic.TopicName);
        Assert.Equal([0, 1, 2], topic.Partitions);
        Assert.Equal([0, 1, 2], Assert.Single(member.TargetAssignment.Partitions).Partitions);

        Assert.Equal(
            [(Group, "consumer", "consumer", "Stable")],
            (await broker.SendAsync(new ListGroupsRequest { TypesFilter = { "Consumer" } })).Groups
                .Select(listed => (listed.GroupId, listed.ProtocolType, listed.GroupType, listed.GroupState)));
        Assert.Empty((await broker.SendAsync(new ListGroupsRequest { TypesFilter = { "classic" } })).Groups);
        Assert.Empty((await broker.SendAsync(new ListGroupsRequest { StatesFilter = { "Empty" } })).Groups);
    }

    [Fact]
    public async Task Members_commit_by_a_version_that_knows_epochs()
    {
        await using BrokerHarness broker = await StartAsync();
        ConsumerGroupHeartbeatResponse joined = await JoinAsync(broker, "a");

        Assert.Equal(
            [ErrorCode.UnsupportedVersion, ErrorCode.None, ErrorCode.UnknownMemberId],
            [await CommitAsync("a", 8), await CommitAsync("a", 9), await CommitAsync("b", 8)]);

        async Task<ErrorCode> CommitAsync(string member, short version) => (await broker.SendWireAsync(
            new OffsetCommitRequest
            {
                GroupId = Group,
                MemberId = member,
                GenerationIdOrMemberEpoch = joined.MemberEpoch,
                Topics = [new() { Name = "orders", Partitions = [new() { CommittedOffset = 5 }] }],
            },
            version)).Topics[0].Partitions[0].ErrorCode;
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_not_found()
    {
        await using BrokerHarness broker = await StartAsync();
        Assert.Equal(ErrorCode.GroupIdNotFound, (await BeatAsync(broker, "a", 1)).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await BeatAsync(broker, "a", -1)).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DescribeAsync(broker, Group)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await DescribeAsync(broker, "")).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidRequest, (await broker.SendAsync(new ConsumerGroupHeartbeatRequest())).ErrorCode);

        // Nobody has created the topic of groups by asking.
        Assert.DoesNotContain(broker.Broker.DescribeTopics(), topic => topic.IsInternal);
        await JoinAsync(broker, "a");
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DescribeAsync(broker, "other")).ErrorCode);
    }

    [Fact]
    public async Task A_member_goes_on_where_it_was_after_a_power_cut()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders", 3);
        await JoinAsync(first, "a");
        await using BrokerHarness broker = await first.CrashAsync();

        ConsumerGroupHeartbeatResponse beat = await BeatAsync(broker, "a", 1);
        Assert.Equal((ErrorCode.None, 1), (beat.ErrorCode, beat.MemberEpoch));
        Assert.Equal("Stable", (await DescribeAsync(broker, Group)).GroupState);
    }

    [Fact]
    public async Task A_silent_member_is_gone_after_its_session()
    {
        await using BrokerHarness broker = await StartAsync();
        await JoinAsync(broker, "a");
        broker.Time.Advance(TimeSpan.FromSeconds(44));
        Assert.Equal("Stable", (await DescribeAsync(broker, Group)).GroupState);
        broker.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("Empty", (await DescribeAsync(broker, Group)).GroupState);
        Assert.Equal(ErrorCode.UnknownMemberId, (await BeatAsync(broker, "a", 1)).ErrorCode);
        Assert.Equal(3, (await JoinAsync(broker, "a")).MemberEpoch);
    }

    [Fact]
    public async Task Offsets_are_for_members_at_their_epoch()
    {
        await using BrokerHarness broker = await StartAsync();
        Assert.Equal(ErrorCode.None, await CommitAsync(broker, "", -1));
        await JoinAsync(broker, "a");

        Assert.Equal(ErrorCode.None, await CommitAsync(broker, "a", 1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await CommitAsync(broker, "a", 2));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync(broker, "b", 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync(broker, "", -1));
        Assert.Equal(ErrorCode.None, await FetchAsync(broker, "a", 1));
        Assert.Equal(ErrorCode.None, await FetchAsync(broker, null, -1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await FetchAsync(broker, "a", 0));
        Assert.Equal(ErrorCode.UnknownMemberId, await FetchAsync(broker, "b", 1));

        // What the group had committed before it had members is there still.
        Assert.Equal([Group], (await broker.SendAsync(new ListGroupsRequest())).Groups.Select(group => group.GroupId));
    }

    [Fact]
    public async Task A_member_may_commit_for_partitions_that_are_not_its_own()
    {
        await using BrokerHarness broker = await StartAsync();
        await JoinAsync(broker, "a");
        ConsumerGroupHeartbeatResponse second = await JoinAsync(broker, "b");
        Assert.Empty(second.Assignment!.Partitions);

        // As with Kafka, which asks who commits and not for what.
        Assert.Equal(ErrorCode.None, await CommitAsync(broker, "b", second.MemberEpoch));
    }

    [Fact]
    public void A_group_of_another_protocol_gives_way_once_it_is_empty()
    {
        ScriptedGroup other = new(Group) { IsEmpty = false };
        GroupTable groups = new(_ => null, static () => ClusterImage.Empty);
        groups.Put(other);

        (ConsumerGroupHeartbeatResponse refused, GroupDecision none) = Decide(groups, "orders");
        Assert.Equal(ErrorCode.GroupIdNotFound, refused.ErrorCode);
        Assert.Empty(none.Records);

        // A first member that is refused leaves all as it was.
        other.IsEmpty = true;
        Assert.Equal(ErrorCode.InvalidRegularExpression, Decide(groups, "(").Response.ErrorCode);
        Assert.Same(other, groups.Find(Group));

        (ConsumerGroupHeartbeatResponse joined, GroupDecision decision) = Decide(groups, "orders");
        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        Assert.True(decision.IsAhead);
        foreach (GroupRecord record in decision.Records)
            groups.Append(record);
        Assert.Equal("Stable", Assert.IsType<ConsumerGroup>(groups.Find(Group)).State);
        Assert.Equal(45_000, groups.Find(Group)!.NextDeadlineMs);
    }

    private static (ConsumerGroupHeartbeatResponse Response, GroupDecision Decision) Decide(
        GroupTable groups, string pattern)
    {
        ConsumerGroupHeartbeatRequest request = Request("a", 0);
        request.SubscribedTopicRegex = pattern;
        HeartbeatCall call = new(request, "", "", "new");
        GroupDecision decision = new(0, 0, ClusterImage.Empty);
        GroupReply<ConsumerGroupHeartbeatResponse> reply = new(ConsumerHeartbeat.Refuse);
        new ConsumerHeartbeat(call, new ConsumerGroupSettings()).Decide(groups, decision, reply);
        return (reply.Response!, decision);
    }

    private static async Task<BrokerHarness> StartAsync()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 3);
        return broker;
    }

    private static ConsumerGroupHeartbeatRequest Request(string member, int epoch) => new()
    {
        GroupId = Group,
        MemberId = member,
        MemberEpoch = epoch,
        RebalanceTimeoutMs = epoch == 0 ? 60_000 : -1,
        SubscribedTopicNames = epoch == 0 ? ["orders"] : null,
        OwnedPartitions = epoch == 0 ? [] : null,
    };

    private static async Task<ConsumerGroupHeartbeatResponse> JoinAsync(BrokerHarness broker, string member) =>
        await broker.SendAsync(Request(member, 0));

    private static async Task<ConsumerGroupHeartbeatResponse> BeatAsync(
        BrokerHarness broker, string member, int epoch) => await broker.SendAsync(Request(member, epoch));

    private static async Task<ConsumerGroupDescribeResponse.DescribedGroup> DescribeAsync(
        BrokerHarness broker, string group) =>
        (await broker.SendAsync(new ConsumerGroupDescribeRequest { GroupIds = { group } })).Groups.Single();

    private static async Task<ErrorCode> CommitAsync(BrokerHarness broker, string member, int epoch)
    {
        OffsetCommitResponse response = await broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = Group,
            MemberId = member,
            GenerationIdOrMemberEpoch = epoch,
            Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 0, CommittedOffset = 1 }] }],
        });
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private static async Task<ErrorCode> FetchAsync(BrokerHarness broker, string? member, int epoch)
    {
        OffsetFetchResponse response = await broker.SendAsync(new OffsetFetchRequest
        {
            Groups = [new() { GroupId = Group, MemberId = member, MemberEpoch = epoch, Topics = null }],
        });
        return response.Groups.Single().ErrorCode;
    }
}
