using StreamLog.Groups.Classic;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Classic.GroupMachine;

namespace StreamLog.Tests.Groups.Classic;

public sealed class GroupLimitsTests
{
    [Fact]
    public void Ten_thousand_members_join_beat_and_leave()
    {
        GroupMachine machine = new();
        JoinGroupResponse[] members = machine.MakeStable(10_000);
        int generation = members[0].GenerationId;
        Assert.Equal("Stable", machine.Classic.State);
        Assert.Equal(10_000, members.Single(member => member.MemberId == member.Leader).Members.Count);

        // All of them are heard of again and again; then half of them are not.
        for (int round = 0; round < 5; round++)
        {
            machine.Advance(5_000);
            foreach (JoinGroupResponse member in members)
                Assert.Equal(ErrorCode.None, machine.Heartbeat(member.MemberId, generation));
        }

        machine.Advance(9_000);
        foreach (JoinGroupResponse member in members.Take(5_000))
            Assert.Equal(ErrorCode.None, machine.Heartbeat(member.MemberId, generation));
        machine.Advance(1_000);
        Assert.Equal(5_000, machine.MemberIds.Count());

        machine.Leave([.. members.Take(5_000).Select(member => (member.MemberId, (string?)null))]);
        Assert.Equal("Empty", machine.Classic.State);
    }

    [Fact]
    public void A_thousand_groups_share_one_timer()
    {
        GroupMachine machine = new();
        for (int i = 0; i < 1_000; i++)
        {
            JoinGroupRequest request = JoinRequest();
            request.GroupId = $"group-{i}";
            request.Version = 3;
            ClassicJoin join = new(request, "client", "", Guid.Empty);
            machine.Decide<JoinGroupResponse>((decision, reply) =>
            {
                ClassicRequests.Join(machine.Groups, join, ClassicGroupSettings.Default, decision, reply);
                machine.Groups.Settle(request.GroupId, decision);
            });
        }

        Assert.Equal(1_000, machine.Groups.Groups.Count);
        Assert.Equal(10_000, machine.Groups.NextDeadlineMs);
        machine.Advance(10_000);
        Assert.All(machine.Groups.Groups, group => Assert.True(group.IsEmpty));
        Assert.Equal(long.MaxValue, machine.Groups.NextDeadlineMs);
    }
}
