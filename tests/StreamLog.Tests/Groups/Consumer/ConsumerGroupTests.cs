using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Consumer.ConsumerGroupDriver;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>The rules of the consumer protocol, one by one.</summary>
public sealed class ConsumerGroupTests
{
    private readonly ConsumerGroupDriver _group = new();

    public ConsumerGroupTests() => _group.SetTopic("t", 4);

    [Fact]
    public void The_first_member_gets_everything_at_once()
    {
        ConsumerGroupHeartbeatResponse joined = _group.Join("a", "t");

        Assert.Equal((ErrorCode.None, "a", 1, 5000), (
            joined.ErrorCode, joined.MemberId, joined.MemberEpoch, joined.HeartbeatIntervalMs));
        AssertAssigned("t-0 t-1 t-2 t-3", joined);
        Assert.Equal("Stable", _group.State.State);
    }

    [Fact]
    public void A_member_without_an_id_is_given_one() => Assert.Equal("new1", _group.Join("", "t").MemberId);

    [Fact]
    public void A_heartbeat_that_changes_nothing_writes_nothing_and_tells_nothing()
    {
        _group.Join("a", "t");
        ConsumerGroupHeartbeatResponse beat = _group.Beat("a", 1);

        Assert.Equal((ErrorCode.None, 1), (beat.ErrorCode, beat.MemberEpoch));
        Assert.Null(beat.Assignment);
        Assert.Equal(0, _group.LastRecords);
    }

    [Fact]
    public void A_full_heartbeat_is_told_everything()
    {
        _group.Join("a", "t");
        ConsumerGroupHeartbeatRequest full = JoinRequest("a", "t");
        full.MemberEpoch = 1;
        full.OwnedPartitions = Owned(Parse("t-0"));

        AssertAssigned("t-0 t-1 t-2 t-3", _group.Send(full));
    }

    [Fact]
    public void A_partition_moves_once_its_owner_has_given_it_back()
    {
        _group.Join("a", "t");

        // b has come to epoch 2, and waits.
        ConsumerGroupHeartbeatResponse b = _group.Join("b", "t");
        AssertAssigned("", b);
        Assert.Equal(2, b.MemberEpoch);
        Assert.Equal("Reconciling", _group.State.State);

        // a is told, and stays at epoch 1 as long as it says that it owns them.
        ConsumerGroupHeartbeatResponse a = _group.Beat("a", 1, "t-0 t-1 t-2 t-3");
        AssertAssigned("t-0 t-1", a);
        Assert.Equal(1, a.MemberEpoch);
        Assert.Null(_group.Beat("a", 1).Assignment);
        Assert.Null(_group.Beat("a", 1, "t-0 t-1 t-2").Assignment);
        Assert.Null(_group.Beat("b", 2, "").Assignment);

        // a has given them back, and b gets them.
        Assert.Equal(2, _group.Beat("a", 1, "t-0 t-1").MemberEpoch);
        AssertAssigned("t-2 t-3", _group.Beat("b", 2, ""));
        Assert.Equal("Stable", _group.State.State);
    }

    [Fact]
    public void What_a_leaver_had_goes_to_the_others()
    {
        JoinTwo();
        ConsumerGroupHeartbeatResponse left = _group.Beat("b", -1);
        Assert.Equal((ErrorCode.None, "b", -1), (left.ErrorCode, left.MemberId, left.MemberEpoch));
        Assert.Equal("Assigning", _group.State.State);

        AssertAssigned("t-0 t-1 t-2 t-3", _group.Beat("a", 2));
        Assert.Equal("Stable", _group.State.State);
        AssertRefused(ErrorCode.UnknownMemberId, _group.Beat("b", 2));
    }

    [Fact]
    public void A_silent_member_is_removed_when_its_session_is_over()
    {
        JoinTwo();
        _group.Advance(30_000);
        _group.Beat("a", 2);
        _group.Advance(14_999);
        Assert.Equal(ErrorCode.None, _group.Beat("a", 2).ErrorCode);
        Assert.Equal(2, _group.State.Records.Members.Count);
        _group.Advance(1);

        Assert.Equal(["a"], _group.State.Records.Members.Keys);
        AssertAssigned("t-0 t-1 t-2 t-3", _group.Beat("a", 2));
    }

    // Goal: the group's own setting says how long a member may be silent, also for one that is known from the log.
    [Fact]
    public void A_groups_own_session_holds_for_its_members()
    {
        _group.Configure("consumer.session.timeout.ms", "60000");
        JoinTwo();
        _group.Advance(59_999);
        Assert.Equal(2, _group.State.Records.Members.Count);
        _group.Reload();
        _group.Advance(59_999);
        Assert.Equal(2, _group.State.Records.Members.Count);
        _group.Advance(1);

        Assert.Empty(_group.State.Records.Members);
    }

    [Fact]
    public void A_member_that_does_not_give_back_in_time_is_removed()
    {
        _group.Join("a", "t");
        _group.Join("b", "t");
        _group.Beat("a", 1, "t-0 t-1 t-2 t-3");
        for (int i = 0; i < 5; i++)
        {
            _group.Advance(10_000);
            Assert.Equal(ErrorCode.None, _group.Beat("a", 1).ErrorCode);
            _group.Beat("b", 2);
        }

        _group.Advance(10_000);
        AssertRefused(ErrorCode.UnknownMemberId, _group.Beat("a", 1));
        AssertAssigned("t-0 t-1 t-2 t-3", _group.Beat("b", 2));
    }

    [Fact]
    public void A_member_that_has_given_back_in_time_stays()
    {
        _group.Join("a", "t");
        _group.Join("b", "t");
        _group.Beat("a", 1, "t-0 t-1 t-2 t-3");
        _group.Beat("a", 1, "t-0 t-1");
        for (int i = 0; i < 10; i++)
        {
            _group.Advance(10_000);
            Assert.Equal(ErrorCode.None, _group.Beat("a", 2).ErrorCode);
            _group.Beat("b", 2);
        }
    }

    [Fact]
    public void A_member_that_has_lost_an_answer_may_come_with_the_epoch_before()
    {
        _group.Join("a", "t");
        Assert.Equal(ErrorCode.None, _group.Join("a", "t").ErrorCode);
        _group.SetTopic("u", 2);
        Assert.Equal(2, Subscribe("a", 1, "t", "u").MemberEpoch);

        // Neither with partitions that it has not got, nor without saying what it has.
        AssertRefused(ErrorCode.FencedMemberEpoch, _group.Beat("a", 1, "v-0"));
        AssertRefused(ErrorCode.FencedMemberEpoch, _group.Beat("a", 1));
        Assert.Equal(2, _group.Beat("a", 1, "t-0 t-3").MemberEpoch);
        AssertRefused(ErrorCode.FencedMemberEpoch, _group.Beat("a", 3));
        AssertRefused(ErrorCode.FencedMemberEpoch, _group.Join("a", "t"));
    }

    [Fact]
    public void A_static_member_that_comes_back_finds_what_it_had_and_nobody_is_disturbed()
    {
        _group.Send(Static("a", "i"));
        _group.Join("b", "t");
        _group.Beat("a", 1, "t-0 t-1", "i");
        AssertAssigned("t-2 t-3", _group.Beat("b", 2));
        Assert.Equal(-2, _group.Beat("a", -2, instanceId: "i").MemberEpoch);
        _group.Advance(30_000);
        _group.Beat("b", 2);

        ConsumerGroupHeartbeatResponse back = _group.Send(Static("c", "i"));
        AssertAssigned("t-0 t-1", back);
        Assert.Equal(2, back.MemberEpoch);
        Assert.Null(_group.Beat("b", 2).Assignment);
        Assert.Equal("Stable", _group.State.State);
        AssertRefused(ErrorCode.FencedInstanceId, _group.Beat("a", 2, instanceId: "i"));
        AssertRefused(ErrorCode.UnknownMemberId, _group.Beat("a", 2));

        // Under the same member id as well.
        _group.Beat("c", -2, instanceId: "i");
        AssertAssigned("t-0 t-1", _group.Send(Static("c", "i")));
        Assert.Equal(2, _group.State.Records.Members.Count);
    }

    [Fact]
    public void A_static_member_that_stays_away_is_removed()
    {
        _group.Send(Static("a", "i"));
        _group.Beat("a", -2, instanceId: "i");
        _group.Advance(45_000);

        Assert.True(_group.State.IsEmpty);
        AssertRefused(ErrorCode.UnknownMemberId, _group.Beat("a", -2, instanceId: "i"));
    }

    [Fact]
    public void An_instance_id_that_is_in_use_is_not_given_away()
    {
        _group.Send(Static("a", "i"));
        AssertRefused(ErrorCode.UnreleasedInstanceId, _group.Send(Static("b", "i")));
        AssertRefused(ErrorCode.FencedInstanceId, _group.Beat("b", -1, instanceId: "i"));
        AssertRefused(ErrorCode.UnknownMemberId, _group.Beat("a", 1, instanceId: "j"));

        // -1 is for good.
        Assert.Equal(-1, _group.Beat("a", -1, instanceId: "i").MemberEpoch);
        Assert.Equal(ErrorCode.None, _group.Send(Static("b", "i")).ErrorCode);
    }

    [Fact]
    public void A_full_group_takes_no_other_member()
    {
        ConsumerGroupDriver small = new(new ConsumerGroupSettings { MaxSize = 1 });
        small.Join("a", "t");

        AssertRefused(ErrorCode.GroupMaxSizeReached, small.Join("b", "t"));
        AssertRefused(ErrorCode.GroupMaxSizeReached, small.Join("", "t"));
        Assert.Equal(ErrorCode.None, small.Beat("a", 1).ErrorCode);
    }

    [Fact]
    public void Most_votes_choose_the_assignor()
    {
        Assert.Equal("uniform", _group.State.AssignorName);
        foreach (string member in (string[])["a", "b", "c"])
        {
            ConsumerGroupHeartbeatRequest join = JoinRequest(member, "t");
            join.ServerAssignor = member == "a" ? "uniform" : "range";
            _group.Send(join);
        }

        Assert.Equal("range", _group.State.AssignorName);
        ConsumerGroupHeartbeatRequest unknown = JoinRequest("d", "t");
        unknown.ServerAssignor = "sticky";
        AssertRefused(ErrorCode.UnsupportedAssignor, _group.Send(unknown));
    }

    [Fact]
    public void Topics_that_come_grow_and_go_are_followed()
    {
        _group.Join("a", "t", "u");
        _group.SetTopic("u", 1);
        AssertAssigned("t-0 t-1 t-2 t-3 u-0", _group.Beat("a", 1));
        _group.SetTopic("u", 2);
        AssertAssigned("t-0 t-1 t-2 t-3 u-0 u-1", _group.Beat("a", 2));
        _group.SetTopic("other", 5);
        Assert.Null(_group.Beat("a", 3).Assignment);
        Assert.Equal(0, _group.LastRecords);
        _group.SetTopic("t", 0);
        AssertAssigned("u-0 u-1", _group.Beat("a", 3, "t-0 t-1 t-2 t-3 u-0 u-1"));
        Assert.Equal(4, _group.Beat("a", 3, "u-0 u-1").MemberEpoch);
        Assert.Equal("Stable", _group.State.State);
    }

    [Fact]
    public void A_pattern_stands_for_all_topics_whose_whole_name_matches()
    {
        foreach (string topic in (string[])["orders", "orders2", "my-orders", "__consumer_offsets"])
            _group.SetTopic(topic, 1);
        ConsumerGroupHeartbeatRequest join = JoinRequest("a");
        join.SubscribedTopicNames = null;
        join.SubscribedTopicRegex = "orders.?|__.*";

        AssertAssigned("orders-0 orders2-0", _group.Send(join));
        Assert.True(_group.State.IsSubscribedTo("orders2"));
        Assert.False(_group.State.IsSubscribedTo("t"));

        _group.SetTopic("orders3", 1);
        AssertAssigned("orders-0 orders2-0 orders3-0", _group.Beat("a", 1));
        Assert.Equal(["orders", "orders2", "orders3"], _group.State.Records.Patterns["orders.?|__.*"]);

        // Names add to it, and nobody needs it once it is taken back.
        AssertAssigned("orders-0 orders2-0 orders3-0 t-0 t-1 t-2 t-3", Subscribe("a", 2, "t"));
        _group.Send(new() { GroupId = Group, MemberId = "a", MemberEpoch = 3, SubscribedTopicRegex = "" });
        Assert.Empty(_group.State.Records.Patterns);
    }

    [Fact]
    public void A_pattern_that_is_none_is_refused()
    {
        ConsumerGroupHeartbeatRequest join = JoinRequest("a");
        join.SubscribedTopicRegex = "orders(";

        AssertRefused(ErrorCode.InvalidRegularExpression, _group.Send(join));
        Assert.True(_group.State.IsEmpty);
    }

    [Fact]
    public void Offsets_are_committed_by_members_at_their_epoch()
    {
        Assert.Equal(ErrorCode.None, _group.State.CheckCommit("", null, -1, knowsEpochs: true));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.State.CheckCommit("a", null, 1, knowsEpochs: true));
        _group.Join("a", "t");

        Assert.Equal(ErrorCode.None, _group.State.CheckCommit("a", null, 1, knowsEpochs: true));
        Assert.Equal(ErrorCode.StaleMemberEpoch, _group.State.CheckCommit("a", null, 0, knowsEpochs: true));
        Assert.Equal(ErrorCode.StaleMemberEpoch, _group.State.CheckCommit("a", null, 2, knowsEpochs: true));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.State.CheckCommit("", null, -1, knowsEpochs: true));
        Assert.Equal(ErrorCode.None, _group.State.CheckFetch(null, -1));
        Assert.Equal(ErrorCode.None, _group.State.CheckFetch("a", 1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, _group.State.CheckFetch("a", 2));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.State.CheckFetch("b", 1));
    }

    [Fact]
    public void A_group_that_is_started_anew_gives_its_members_a_session_more()
    {
        JoinTwo();
        _group.Advance(40_000);
        _group.Compact();
        _group.Reload();
        _group.Advance(44_999);
        Assert.Equal(2, _group.State.Records.Members.Count);
        _group.Advance(1);

        Assert.True(_group.State.IsEmpty);
        Assert.Equal("Empty", _group.State.State);
    }

    [Fact]
    public void A_rebalance_that_was_under_way_at_a_stop_has_its_time_again()
    {
        _group.Join("a", "t");
        _group.Join("b", "t");
        _group.Beat("a", 1, "t-0 t-1 t-2 t-3");
        _group.Advance(40_000);
        _group.Reload();
        for (int i = 0; i < 2; i++)
        {
            _group.Advance(29_999);
            Assert.Equal(ErrorCode.None, _group.Beat("a", 1).ErrorCode);
        }

        _group.Advance(2);
        AssertRefused(ErrorCode.UnknownMemberId, _group.Beat("a", 1));
    }

    [Fact]
    public void A_deleted_group_leaves_nothing()
    {
        ConsumerGroupHeartbeatRequest join = JoinRequest("a", "t");
        join.SubscribedTopicRegex = "u.*";
        _group.Send(join);
        _group.Beat("a", -1);
        _group.Delete();

        Assert.Equal(0, _group.State.Records.Epoch);
        (string inLog, string inMemory) = _group.Compare();
        Assert.Equal(inMemory, inLog);
        Assert.Equal(1, _group.Join("a", "t").MemberEpoch);
    }

    /// <summary>Goal: a large group is no trouble to the machine. Method: 300 members come one after the other, while
    /// the others give back what they are asked for.</summary>
    [Fact]
    public void A_large_group_comes_to_rest()
    {
        _group.SetTopic("big", 1000);
        Dictionary<string, int> epochs = [];
        for (int i = 0; i < 300; i++)
            epochs[$"m{i:d3}"] = _group.Join($"m{i:d3}", "big").MemberEpoch;
        for (int round = 0; round < 4 && _group.State.State != "Stable"; round++)
        {
            foreach (string member in epochs.Keys)
            {
                string owned = Text(_group.State.Records.Find(member)!.Assigned);
                epochs[member] = _group.Beat(member, epochs[member], owned).MemberEpoch;
            }
        }

        Assert.Equal("Stable", _group.State.State);
        Assert.Equal(1000, _group.State.Records.Members.Values.Sum(member => member.Assigned.Count));
        Assert.All(_group.State.Records.Members.Values, member => Assert.InRange(member.Assigned.Count, 3, 4));
    }

    private static ConsumerGroupHeartbeatRequest Static(string memberId, string instanceId)
    {
        ConsumerGroupHeartbeatRequest join = JoinRequest(memberId, "t");
        join.InstanceId = instanceId;
        return join;
    }

    private static void AssertAssigned(string expected, ConsumerGroupHeartbeatResponse response)
    {
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.NotNull(response.Assignment);
        Assert.Equal(expected, Text(Assigned(response)!));
    }

    private static void AssertRefused(ErrorCode expected, ConsumerGroupHeartbeatResponse response)
    {
        Assert.Equal(expected, response.ErrorCode);
        Assert.NotNull(response.ErrorMessage);
    }

    private ConsumerGroupHeartbeatResponse Subscribe(string memberId, int epoch, params string[] topics) =>
        _group.Send(new()
        {
            GroupId = Group,
            MemberId = memberId,
            MemberEpoch = epoch,
            SubscribedTopicNames = [.. topics],
        });

    /// <summary>a has t-0 and t-1, b has t-2 and t-3, both at epoch 2.</summary>
    private void JoinTwo()
    {
        _group.Join("a", "t");
        _group.Join("b", "t");
        _group.Beat("a", 1, "t-0 t-1");
        AssertAssigned("t-2 t-3", _group.Beat("b", 2));
        Assert.Equal("Stable", _group.State.State);
    }
}
