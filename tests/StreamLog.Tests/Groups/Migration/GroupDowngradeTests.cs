using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Migration.MixedGroup;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>A consumer group becomes classic again once all its members are.</summary>
public sealed class GroupDowngradeTests
{
    [Fact]
    public void When_the_last_of_the_others_leaves_the_group_is_classic_and_its_members_join_again()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed();

        Assert.Equal(-1, group.Beat("m", -1).MemberEpoch);

        Assert.Equal(
            [
                .. Enumerable.Repeat<string[]>(
                    [
                        "-ConsumerGroupCurrentMemberAssignmentKey",
                        "-ConsumerGroupTargetAssignmentMemberKey",
                        "-ConsumerGroupMemberMetadataKey",
                    ],
                    3).SelectMany(keys => keys),
                "-ConsumerGroupTargetAssignmentMetadataKey",
                "-ConsumerGroupMetadataKey",
                "GroupMetadataKey",
            ],
            group.LastRecords);
        AssertTurned(group, ids, epoch);
    }

    [Fact]
    public void When_the_last_of_the_others_is_given_up_the_group_is_classic()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed();
        for (int i = 0; i < 9; i++)
        {
            group.Advance(5_000);
            Assert.All(ids, id => group.Heartbeat(id, epoch));
        }

        AssertTurned(group, ids, epoch);
    }

    [Fact]
    public void When_the_last_of_the_others_is_removed_by_an_administrator_the_group_is_classic()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed(instanceId: "i");

        Assert.Equal([ErrorCode.None], group.Leave(("", "i")));

        AssertTurned(group, ids, epoch);
    }

    [Fact]
    public void When_a_classic_member_takes_the_place_of_the_last_of_the_others_the_group_is_classic()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed(instanceId: "i");

        GroupReply<JoinGroupResponse> joining = group.Join(JoinRequest("", "a", instanceId: "i"));

        Assert.Null(joining.Response);
        Assert.Equal(epoch, group.Classic.Generation);
        Assert.All(ids, id => Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(id, epoch)));
        foreach (string id in ids)
            group.Join(JoinRequest(id, "a"));
        Assert.Equal((ErrorCode.None, epoch + 1), (joining.Response!.ErrorCode, joining.Response.GenerationId));
        Assert.Equal(3, group.Classic.Members.Count);
        Assert.DoesNotContain("m", group.Classic.Members.Select(member => member.Id));
    }

    [Fact]
    public void When_the_last_of_the_others_joins_by_the_classic_protocol_itself_the_group_is_classic()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed();

        GroupReply<JoinGroupResponse> joining = group.Join(JoinRequest("m", "a"));

        foreach (string id in ids)
            group.Join(JoinRequest(id, "a"));
        Assert.Equal(("m", epoch + 1), (joining.Response!.MemberId, joining.Response.GenerationId));
        Assert.Equal("CompletingRebalance", group.Classic.State);
    }

    [Fact]
    public void A_coordinator_that_starts_anew_goes_on_with_the_rebalance()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed();
        group.Beat("m", -1);

        group.Compact();
        group.Restart();

        AssertTurned(group, ids, epoch);
    }

    [Fact]
    public void Who_does_not_join_again_in_time_is_given_up()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed();
        group.Beat("m", -1);
        GroupReply<JoinGroupResponse> joining = group.Join(JoinRequest(ids[0], "a"));
        group.Advance(5_000);
        group.Heartbeat(ids[1], epoch);
        Assert.Null(joining.Response);

        group.Advance(15_000);

        Assert.Equal([ids[0]], group.Classic.Members.Select(member => member.Id));
        Assert.Equal(ids[0], joining.Response!.Leader);
    }

    [Fact]
    public void A_group_that_turns_back_at_once_takes_nothing_from_those_who_have_it()
    {
        (MixedGroup group, string[] ids, int epoch) = CreateMixed();
        string first = group.SyncText(ids[0], epoch);
        string second = group.SyncText(ids[1], epoch);
        group.Beat("m", -1);

        ConsumerGroupHeartbeatResponse joined = group.Beat("n", 0, "a");

        IEnumerable<TopicPartition> given = joined.Assignment!.Partitions.Single().Partitions
            .Select(partition => new TopicPartition("a", partition));
        Assert.NotEmpty(given);
        Assert.Empty(given.Intersect(Parse($"{first} {second}")));
    }

    [Theory]
    [InlineData(GroupMigrationPolicy.Disabled, int.MaxValue)]
    [InlineData(GroupMigrationPolicy.Upgrade, int.MaxValue)]
    [InlineData(GroupMigrationPolicy.Bidirectional, 1)]
    public void A_group_stays_where_it_must_and_its_classic_members_are_served(GroupMigrationPolicy policy, int sizeMax)
    {
        MixedGroup group = new(new GroupOptions { MigrationPolicy = policy, MaxSize = sizeMax });
        group.SetTopic("a", 2);
        group.Beat("m", 0, "a");
        string[] ids = [Join(group), Join(group)];

        group.Beat("m", -1);

        Assert.Equal("consumer", group.State!.Type);
        int epoch = 0;
        foreach (string id in ids)
            epoch = group.Join(JoinRequest(id, "a")).Response!.GenerationId;
        Assert.Equal(
            ["a-0", "a-1"], ids.Select(id => group.SyncText(id, epoch)).Order(StringComparer.Ordinal));
        Assert.Equal("Stable", group.Consumer.State);

        // Nobody leads it, and it finds out by itself that a topic has grown.
        group.SetTopic("a", 3);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(ids[0], epoch));
    }

    [Fact]
    public void Who_waits_for_news_is_answered()
    {
        (MixedGroup group, _, _) = CreateMixed();
        GroupReply<ConsumerGroupHeartbeatResponse> news = group.Decide<ConsumerGroupHeartbeatResponse>(
            (decision, reply) => group.Consumer.WaitForNews("m", decision, reply));
        Assert.Null(news.Response);

        group.Beat("m", -1);

        Assert.True(news.Response!.IsNews);
    }

    [Fact]
    public void A_group_whose_last_member_leaves_stays_a_consumer_group()
    {
        MixedGroup group = new();
        group.SetTopic("a", 1);
        group.Beat("m", 0, "a");

        group.Beat("m", -1);

        Assert.Equal(("consumer", "Empty"), (group.State!.Type, group.State.State));
    }

    private static string Join(MixedGroup group)
    {
        string id = group.Join(JoinRequest("", "a")).Response!.MemberId;
        group.Join(JoinRequest(id, "a"));
        return id;
    }

    private static (MixedGroup Group, string[] Classic, int Epoch) CreateMixed(string? instanceId = null)
    {
        MixedGroup group = new();
        group.SetTopic("a", 4);
        group.Beat("m", 0, "a", instanceId: instanceId);
        string[] ids = [Join(group), Join(group)];
        int epoch = group.Consumer.Records.Epoch;
        group.Beat("m", epoch - 2, owned: "", instanceId: instanceId);
        foreach (string id in ids)
        {
            Assert.Equal(epoch, group.Join(JoinRequest(id, "a")).Response!.GenerationId);
            Assert.Single(Parse(group.SyncText(id, epoch)));
        }

        return (group, ids, epoch);
    }

    private static void AssertTurned(MixedGroup group, string[] ids, int epoch)
    {
        Assert.Equal(("PreparingRebalance", epoch, "consumer"), (
            group.Classic.State, group.Classic.Generation, group.Classic.ProtocolType));
        Assert.Equal(ids.Order(), group.Classic.Members.Select(member => member.Id).Order());
        foreach (string id in ids)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(id, epoch));
            Assert.Equal(ErrorCode.None, group.Classic.CheckCommit(id, null, epoch, knowsEpochs: true));
        }

        GroupReply<JoinGroupResponse>[] joins = [.. ids.Select(id => group.Join(JoinRequest(id, "a")))];
        Assert.All(joins, join => Assert.Equal(epoch + 1, join.Response!.GenerationId));
        JoinGroupResponse leader = joins.Select(join => join.Response!).Single(join => join.Leader == join.MemberId);
        group.Sync(leader.MemberId, epoch + 1, null, (leader.MemberId, ConsumerAssignment.Write(Parse("a-0"))));
        Assert.Equal("a-0", group.SyncText(leader.MemberId, epoch + 1));
        Assert.Equal("Stable", group.Classic.State);
    }
}
