using StreamLog.Groups;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Classic.GroupMachine;

namespace StreamLog.Tests.Groups.Classic;

public sealed class StaticMemberTests
{
    [Fact]
    public void A_static_member_that_starts_anew_takes_its_place_without_a_rebalance()
    {
        GroupMachine machine = new();
        (JoinGroupResponse leader, JoinGroupResponse follower) = MakeStable(machine);

        JoinGroupResponse again = machine.Join(JoinRequest("", "two")).Response!;

        Assert.Equal((follower.GenerationId, false), (again.GenerationId, again.SkipAssignment));
        Assert.NotEqual(follower.MemberId, again.MemberId);
        Assert.Equal("Stable", machine.Classic.State);
        Assert.Equal([2], machine.Sync(again).Response!.Assignment);
        Assert.Equal(ErrorCode.FencedInstanceId, machine.Heartbeat(follower.MemberId, 2, "two"));
        Assert.Equal(ErrorCode.FencedInstanceId, machine.Commit(follower.MemberId, 2, "two"));
        Assert.Equal(
            ErrorCode.FencedInstanceId, machine.Join(JoinRequest(follower.MemberId, "two")).Response!.ErrorCode);
        Assert.Equal(
            ErrorCode.FencedInstanceId, machine.Leave((follower.MemberId, "two")).Members.Single().ErrorCode);
        machine.Restart();
        Assert.Equal([leader.MemberId, again.MemberId], machine.MemberIds.Order());
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(9, true)]
    public void A_leader_that_starts_anew_does_not_assign_again(short version, bool isToldToSkip)
    {
        GroupMachine machine = new();
        (JoinGroupResponse leader, _) = MakeStable(machine);
        JoinGroupRequest request = JoinRequest("", "one");
        request.Version = version;

        JoinGroupResponse again = machine.Join(request).Response!;

        Assert.Equal(isToldToSkip, again.SkipAssignment);
        Assert.Equal(isToldToSkip ? again.MemberId : leader.MemberId, again.Leader);
        Assert.Equal(isToldToSkip ? 2 : 0, again.Members.Count);
        Assert.Equal([1], machine.Sync(again).Response!.Assignment);
    }

    [Fact]
    public void A_static_member_that_comes_back_with_another_protocol_has_all_join_again()
    {
        GroupMachine machine = new();
        MakeStable(machine, ("range", 0), ("sticky", 0));

        GroupReply<JoinGroupResponse> again = machine.Join(JoinRequest("", "two", ("sticky", 0)));

        Assert.False(again.IsDecided);
        Assert.Equal("PreparingRebalance", machine.Classic.State);
    }

    [Fact]
    public void Who_takes_a_static_id_fences_who_waits_under_it()
    {
        GroupMachine machine = new();
        (JoinGroupResponse leader, _) = MakeStable(machine);
        GroupReply<JoinGroupResponse> waits = machine.Join(JoinRequest(leader.MemberId, "one"));
        Assert.False(waits.IsDecided);

        GroupReply<JoinGroupResponse> taker = machine.Join(JoinRequest("", "one"));

        Assert.Equal(ErrorCode.FencedInstanceId, waits.Response!.ErrorCode);
        Assert.False(taker.IsDecided);
    }

    [Fact]
    public void An_absent_static_member_keeps_its_place_until_its_session_ends()
    {
        GroupMachine machine = new();
        (JoinGroupResponse leader, JoinGroupResponse follower) = MakeStable(machine);
        machine.Advance(9_000);
        machine.Heartbeat(leader.MemberId, 2, "one");
        Assert.Equal(2, machine.MemberIds.Count());

        machine.Advance(1_000);

        Assert.Equal([leader.MemberId], machine.MemberIds);
        Assert.Equal(ErrorCode.UnknownMemberId, machine.Heartbeat(follower.MemberId, 2, "two"));
    }

    [Fact]
    public void An_administrator_removes_a_static_member_by_its_static_id()
    {
        GroupMachine machine = new();
        (JoinGroupResponse leader, _) = MakeStable(machine);

        LeaveGroupResponse left = machine.Leave(("", "two"), ("", "three"));

        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownMemberId], left.Members.Select(member => member.ErrorCode));
        Assert.Equal([leader.MemberId], machine.MemberIds);
    }

    // A group whose time is always over would never leave the timer of all groups.
    [Fact]
    public void Members_that_allow_a_rebalance_no_time_are_waited_for_a_moment_all_the_same()
    {
        GroupMachine machine = new();
        MakeStable(machine, rebalanceTimeoutMs: 0);
        machine.Leave(("", "two"));

        machine.Advance(1_500);

        Assert.Equal("PreparingRebalance", machine.Classic.State);
        Assert.True(machine.Groups.NextDeadlineMs > machine.Now);
    }

    private static (JoinGroupResponse Leader, JoinGroupResponse Follower) MakeStable(
        GroupMachine machine, params (string Name, byte Metadata)[] protocols) =>
        MakeStable(machine, 60_000, protocols);

    private static (JoinGroupResponse Leader, JoinGroupResponse Follower) MakeStable(
        GroupMachine machine, int rebalanceTimeoutMs, params (string Name, byte Metadata)[] protocols)
    {
        JoinGroupResponse first = Join("", "one").Response!;
        GroupReply<JoinGroupResponse> second = Join("", "two");
        JoinGroupResponse leader = Join(first.MemberId, "one").Response!;
        machine.Sync(leader, (leader.MemberId, 1), (second.Response!.MemberId, 2));
        machine.Sync(second.Response!);
        return (leader, second.Response!);

        GroupReply<JoinGroupResponse> Join(string memberId, string instanceId)
        {
            JoinGroupRequest request = JoinRequest(memberId, instanceId, protocols);
            request.RebalanceTimeoutMs = rebalanceTimeoutMs;
            return machine.Join(request);
        }
    }
}
