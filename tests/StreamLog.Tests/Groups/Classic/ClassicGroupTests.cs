using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Classic.GroupMachine;

namespace StreamLog.Tests.Groups.Classic;

public sealed class ClassicGroupTests
{
    [Fact]
    public void A_new_member_is_given_an_id_and_joins_with_it()
    {
        GroupMachine machine = new();
        JoinGroupResponse told = machine.Join(JoinRequest()).Response!;
        Assert.Equal(ErrorCode.MemberIdRequired, told.ErrorCode);
        Assert.StartsWith("client-", told.MemberId, StringComparison.Ordinal);
        Assert.True(machine.Classic.IsEmpty);

        JoinGroupResponse joined = machine.Join(JoinRequest(told.MemberId)).Response!;

        Assert.Equal(
            (ErrorCode.None, 1, told.MemberId, "range", "consumer"),
            (joined.ErrorCode, joined.GenerationId, joined.Leader, joined.ProtocolName, joined.ProtocolType));
        Assert.Equal(told.MemberId, joined.Members.Single().MemberId);
    }

    [Fact]
    public void A_member_of_an_older_version_joins_at_once()
    {
        GroupMachine machine = new();
        JoinGroupRequest request = JoinRequest();
        request.Version = 3;

        Assert.Equal(ErrorCode.None, machine.Join(request).Response!.ErrorCode);
    }

    [Fact]
    public void An_id_that_was_given_and_not_used_is_forgotten()
    {
        GroupMachine machine = new();
        string id = machine.Join(JoinRequest()).Response!.MemberId;

        machine.Advance(10_000);

        Assert.Equal(ErrorCode.UnknownMemberId, machine.Join(JoinRequest(id)).Response!.ErrorCode);
    }

    [Fact]
    public void Members_join_together_and_are_told_what_the_leader_assigns()
    {
        GroupMachine machine = new();
        JoinGroupResponse first = machine.JoinNew().Response!;
        machine.Sync(first, (first.MemberId, 7));
        GroupReply<JoinGroupResponse> second = machine.JoinNew();
        Assert.False(second.IsDecided);
        Assert.Equal(ErrorCode.RebalanceInProgress, machine.Heartbeat(first.MemberId, 1));

        JoinGroupResponse leader = machine.Join(JoinRequest(first.MemberId)).Response!;
        JoinGroupResponse follower = second.Response!;

        Assert.Equal((2, 2), (leader.GenerationId, follower.GenerationId));
        Assert.Equal((first.MemberId, first.MemberId), (leader.Leader, follower.Leader));
        Assert.Equal(2, leader.Members.Count);
        Assert.Empty(follower.Members);
        GroupReply<SyncGroupResponse> waits = machine.Sync(follower);
        Assert.False(waits.IsDecided);
        Assert.Equal(ErrorCode.RebalanceInProgress, machine.Commit(follower.MemberId, 2));
        SyncGroupResponse assigned =
            machine.Sync(leader, (leader.MemberId, 1), (follower.MemberId, 2)).Response!;
        Assert.Equal([1], assigned.Assignment);
        Assert.Equal([2], waits.Response!.Assignment);
        Assert.Equal("Stable", machine.Classic.State);
        Assert.Equal(ErrorCode.None, machine.Commit(follower.MemberId, 2));
    }

    [Fact]
    public void The_protocol_is_the_one_that_most_prefer_among_those_that_all_know()
    {
        GroupMachine machine = new();
        string[] ids = [.. Enumerable.Range(0, 3).Select(_ => machine.Join(JoinRequest()).Response!.MemberId)];

        machine.Join(JoinRequest(ids[0], null, ("a", 0), ("b", 0), ("c", 0)));
        machine.Join(JoinRequest(ids[1], null, ("c", 0), ("b", 0), ("a", 0)));
        machine.Join(JoinRequest(ids[2], null, ("d", 0), ("c", 0), ("b", 0)));
        JoinGroupResponse joined = machine.Join(JoinRequest(ids[0], null, ("a", 0), ("b", 0), ("c", 0))).Response!;

        Assert.Equal("c", joined.ProtocolName);
        Assert.Equal(
            ErrorCode.InconsistentGroupProtocol,
            machine.Join(JoinRequest("", null, ("a", 0))).Response!.ErrorCode);
        JoinGroupRequest stranger = JoinRequest("", null, ("c", 0));
        stranger.ProtocolType = "connect";
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, machine.Join(stranger).Response!.ErrorCode);
    }

    [Theory]
    [InlineData(5_999, ErrorCode.InvalidSessionTimeout)]
    [InlineData(6_000, ErrorCode.MemberIdRequired)]
    [InlineData(1_800_000, ErrorCode.MemberIdRequired)]
    [InlineData(1_800_001, ErrorCode.InvalidSessionTimeout)]
    public void The_session_timeout_has_bounds(int timeout, ErrorCode expected)
    {
        JoinGroupRequest request = JoinRequest();
        request.SessionTimeoutMs = timeout;
        Assert.Equal(expected, new GroupMachine().Join(request).Response!.ErrorCode);
    }

    [Fact]
    public void Nobody_joins_with_an_id_that_nobody_gave_or_without_a_protocol()
    {
        GroupMachine machine = new();
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Join(JoinRequest("x")).Response!.ErrorCode);
        JoinGroupRequest empty = JoinRequest();
        empty.Protocols.Clear();
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, machine.Join(empty).Response!.ErrorCode);
        Assert.Null(machine.Groups.Find(Group));
    }

    [Fact]
    public void A_silent_member_is_given_up_and_the_others_go_on()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(2);
        machine.Advance(6_000);
        Assert.Equal(ErrorCode.None, machine.Heartbeat(members[0].MemberId, members[0].GenerationId));
        machine.Advance(4_000);

        Assert.Equal("PreparingRebalance", machine.Classic.State);
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Heartbeat(members[1].MemberId, members[1].GenerationId));
        JoinGroupResponse again = machine.Join(JoinRequest(members[0].MemberId)).Response!;
        Assert.Equal(members[0].GenerationId + 1, again.GenerationId);
        Assert.Equal([members[0].MemberId], machine.MemberIds);
    }

    [Fact]
    public void Who_does_not_join_again_in_time_is_left_behind_and_another_leads()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(2);
        string leader = members[0].Leader;
        string other = members.Single(member => member.MemberId != leader).MemberId;
        GroupReply<JoinGroupResponse> joining = machine.JoinNew();
        GroupReply<JoinGroupResponse> rejoining = machine.Join(JoinRequest(other));
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, machine.Heartbeat(leader, members[0].GenerationId));
            machine.Advance(6_000);
        }

        Assert.Equal(other, rejoining.Response!.Leader);
        Assert.Equal(other, joining.Response!.Leader);
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Heartbeat(leader, members[0].GenerationId));
    }

    [Fact]
    public void Who_joins_and_does_not_ask_for_its_assignment_is_given_up()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(1);
        GroupReply<JoinGroupResponse> lazy = machine.JoinNew();
        JoinGroupResponse leader = machine.Join(JoinRequest(members[0].MemberId)).Response!;
        machine.Sync(leader, (leader.MemberId, 1));
        for (int i = 0; i < 10; i++)
        {
            machine.Heartbeat(leader.MemberId, leader.GenerationId);
            machine.Heartbeat(lazy.Response!.MemberId, leader.GenerationId);
            machine.Advance(6_000);
        }

        Assert.Equal([leader.MemberId], machine.MemberIds);
        Assert.Equal("PreparingRebalance", machine.Classic.State);
    }

    [Fact]
    public void A_member_that_says_nothing_new_is_told_the_generation_and_the_leader_asks_for_a_new_one()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(2);
        string leader = members[0].Leader;
        string follower = members.Single(member => member.MemberId != leader).MemberId;

        JoinGroupResponse again = machine.Join(JoinRequest(follower)).Response!;
        Assert.Equal((members[0].GenerationId, leader), (again.GenerationId, again.Leader));
        Assert.Equal("Stable", machine.Classic.State);

        machine.Join(JoinRequest(leader));
        Assert.Equal("PreparingRebalance", machine.Classic.State);
    }

    [Fact]
    public void A_member_with_something_new_to_say_has_all_join_again()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(2);
        string follower = members.Single(member => member.MemberId != members[0].Leader).MemberId;

        Assert.False(machine.Join(JoinRequest(follower, null, ("range", 1))).IsDecided);
        Assert.Equal("PreparingRebalance", machine.Classic.State);
    }

    [Fact]
    public void Old_generations_and_strangers_change_nothing()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(1);
        (string id, int generation) = (members[0].MemberId, members[0].GenerationId);

        Assert.Equal(ErrorCode.IllegalGeneration, machine.Heartbeat(id, generation - 1));
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Heartbeat("x", generation));
        Assert.Equal(ErrorCode.IllegalGeneration, machine.Commit(id, generation - 1));
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Commit("x", generation));
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Commit("", -1));
        members[0].GenerationId--;
        Assert.Equal(ErrorCode.IllegalGeneration, machine.Sync(members[0]).Response!.ErrorCode);
        members[0].GenerationId++;
        members[0].ProtocolName = "other";
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, machine.Sync(members[0]).Response!.ErrorCode);
    }

    [Fact]
    public void A_group_that_all_have_left_is_empty_and_open_to_commits_from_outside()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(2);

        LeaveGroupResponse left = machine.Leave(
            (members[0].MemberId, null), ("x", null), (members[1].MemberId, null));

        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.None],
            left.Members.Select(member => member.ErrorCode));
        Assert.Equal(("Empty", members[0].GenerationId + 1), (machine.Classic.State, machine.Classic.Generation));
        Assert.Equal(ErrorCode.None, machine.Commit("", -1));
        GroupMetadataValue value = Assert.IsType<GroupMetadataValue>(machine.Log[^1].Value);
        Assert.Equal((null, null, 0), (value.Protocol, value.Leader, value.Members.Count));
        machine.Restart();
        Assert.Equal(("Empty", members[0].GenerationId + 1), (machine.Classic.State, machine.Classic.Generation));
    }

    [Fact]
    public void A_restart_finds_the_generation_and_gives_its_members_a_session()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(2);
        machine.Advance(9_000);

        machine.Restart();

        machine.Advance(9_000);
        Assert.Equal(ErrorCode.None, machine.Heartbeat(members[0].MemberId, members[0].GenerationId));
        Assert.Equal([1], machine.Sync(members[1]).Response!.Assignment);
        machine.Advance(1_000);
        Assert.Equal([members[0].MemberId], machine.MemberIds);
        Assert.Equal("PreparingRebalance", machine.Classic.State);
    }

    [Fact]
    public void A_group_takes_no_more_members_than_it_may_have()
    {
        GroupMachine machine = new(new ClassicGroupSettings { SizeMax = 2 });
        machine.MakeStable(2);

        Assert.Equal(ErrorCode.GroupMaxSizeReached, machine.Join(JoinRequest()).Response!.ErrorCode);
        Assert.Equal("Stable", machine.Classic.State);
    }

    [Fact]
    public void A_group_may_wait_for_more_members_before_it_begins()
    {
        GroupMachine machine = new(new ClassicGroupSettings { InitialDelayMs = 3_000 });
        GroupReply<JoinGroupResponse> first = machine.JoinNew();
        machine.Advance(2_000);
        GroupReply<JoinGroupResponse> second = machine.JoinNew();
        machine.Advance(3_999);
        Assert.False(first.IsDecided);
        machine.Advance(1);

        Assert.Equal((1, 1), (first.Response!.GenerationId, second.Response!.GenerationId));
    }

    [Fact]
    public void An_assignment_too_large_for_the_log_is_refused_to_all_who_wait()
    {
        GroupMachine machine = new(new ClassicGroupSettings { RecordBytesMax = 500 });
        JoinGroupResponse only = machine.JoinNew().Response!;
        SyncGroupRequest request = new()
        {
            GroupId = Group,
            MemberId = only.MemberId,
            GenerationId = 1,
            Assignments = [new() { MemberId = only.MemberId, Assignment = new byte[500] }],
        };

        GroupReply<SyncGroupResponse> reply = machine.Decide<SyncGroupResponse>((decision, reply) =>
            ClassicRequests.Sync(machine.Groups, request, decision, reply));

        Assert.Equal(ErrorCode.UnknownServerError, reply.Response!.ErrorCode);
        Assert.Empty(machine.Log);
        Assert.Equal("PreparingRebalance", machine.Classic.State);
    }

    [Fact]
    public void Offsets_of_a_topic_are_kept_while_somebody_subscribes_to_it()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(1, ("range", 0));

        Assert.True(machine.Classic.IsSubscribedTo("a"));
        Assert.False(machine.Classic.IsSubscribedTo("b"));
        Assert.Equal(5, machine.Classic.UnusedSince(5));
        machine.Join(JoinRequest(members[0].MemberId, null, ("range", 1)));
        Assert.True(machine.Classic.IsSubscribedTo("b"));
        Assert.Null(machine.Classic.UnusedSince(5));
        machine.Leave((members[0].MemberId, null));
        Assert.False(machine.Classic.IsSubscribedTo("b"));
        Assert.Equal(1_700_000_000_000, machine.Classic.UnusedSince(5));
    }
}
