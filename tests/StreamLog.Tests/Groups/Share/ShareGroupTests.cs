using StreamLog.Groups;
using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Groups.Consumer;
using Xunit;

namespace StreamLog.Tests.Groups.Share;

/// <summary>Who is in a share group, and what each member reads.</summary>
public sealed class ShareGroupTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Fact]
    public void Members_share_what_there_is()
    {
        ShareGroupDriver group = new();
        group.SetTopic("a", 1);

        ShareGroupHeartbeatResponse one = group.Beat("m1", 0, "a");
        ShareGroupHeartbeatResponse two = group.Beat("m2", 0, "a");

        Assert.Equal((ErrorCode.None, "m1", 1, 5_000),
            (one.ErrorCode, one.MemberId, one.MemberEpoch, one.HeartbeatIntervalMs));
        Assert.Equal("a-0", ConsumerGroupDriver.Text(ShareGroupDriver.Assigned(one)!));
        Assert.Equal("a-0", ConsumerGroupDriver.Text(ShareGroupDriver.Assigned(two)!));
        Assert.Equal(2, two.MemberEpoch);
        Assert.Equal("Stable", group.State!.State);

        // Nothing has changed: nothing is said, and nothing is written down.
        ShareGroupHeartbeatResponse next = group.Beat("m2", 2);
        Assert.Null(next.Assignment);
        Assert.Equal(0, group.LastRecords);
    }

    [Fact]
    public void A_topic_that_grows_is_shared_anew()
    {
        ShareGroupDriver group = new();
        group.SetTopic("a", 1);
        group.Beat("m1", 0, "a");
        group.Beat("m2", 0, "a");
        group.SetTopic("a", 2);

        ShareGroupHeartbeatResponse one = group.Beat("m1", 1);
        ShareGroupHeartbeatResponse two = group.Beat("m2", 2);

        Assert.Equal("a-0", ConsumerGroupDriver.Text(ShareGroupDriver.Assigned(one)!));
        Assert.Equal("a-1", ConsumerGroupDriver.Text(ShareGroupDriver.Assigned(two)!));
        Assert.Equal((3, 3), (one.MemberEpoch, two.MemberEpoch));
    }

    [Fact]
    public void Bad_heartbeats_are_refused()
    {
        ShareGroupDriver group = new(new ShareGroupSettings { MaxSize = 1 });
        group.SetTopic("a", 1);
        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("m1", 1).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("m1", -1).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, group.Beat("m1", 0).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, group.Beat(" ", 0, "a").ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, group.Beat("m1", -2, "a").ErrorCode);
        Assert.Null(group.State);

        Assert.Equal(ErrorCode.None, group.Beat("m1", 0, "a").ErrorCode);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Beat("m2", 0, "a").ErrorCode);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Beat("m2", 1).ErrorCode);
        Assert.Equal(ErrorCode.FencedMemberEpoch, group.Beat("m1", 2).ErrorCode);
        Assert.Equal(ErrorCode.None, group.Beat("m1", 1).ErrorCode);
    }

    [Fact]
    public void A_member_that_is_silent_is_gone_and_one_that_leaves_is_too()
    {
        ShareGroupDriver group = new();
        group.SetTopic("a", 2);
        group.Beat("m1", 0, "a");
        group.Beat("m2", 0, "a");
        group.Advance(30_000);
        group.Beat("m2", 2);
        group.Advance(20_000);

        Assert.Equal(ErrorCode.UnknownMemberId, group.Beat("m1", 1).ErrorCode);
        Assert.Equal(
            "a-0 a-1", ConsumerGroupDriver.Text(ShareGroupDriver.Assigned(group.Beat("m2", 2))!));
        Assert.Equal(-1, group.Beat("m2", -1).MemberEpoch);
        Assert.Equal("Empty", group.State!.State);

        group.Delete();
        Assert.Null(group.State);
        group.Reload();
        Assert.Null(group.State);
    }

    // Goal: the group's own setting says how long a member may be silent, also for one that is known from the log.
    [Fact]
    public void A_groups_own_session_holds_for_its_members()
    {
        ShareGroupDriver group = new();
        group.Configure("share.session.timeout.ms", "60000");
        group.SetTopic("a", 1);
        group.Beat("m1", 0, "a");
        group.Advance(59_999);
        Assert.Equal(ErrorCode.None, group.Beat("m1", 1).ErrorCode);
        group.Reload();
        group.Advance(59_999);
        Assert.Equal("Stable", group.State!.State);
        group.Advance(1);

        Assert.Equal("Empty", group.State.State);
    }

    [Fact]
    public void Members_with_the_longest_ids_are_given_up_in_steps_that_fit_into_a_batch()
    {
        ShareGroupDriver group = new();
        string tail = new('x', 32_000);
        for (int i = 0; i < 100; i++)
            group.Beat($"{i:D3}{tail}", 0, "a");
        group.Advance(group.State!.NextDeadlineMs - group.Now - 1);

        GroupDecision decision = new(group.Now + 1, 0, group.Image);
        group.State.Expire(decision);

        Assert.NotEmpty(decision.Records);
        Assert.True(GroupLog.Fits(decision.Records));

        // What does not come to be written down is tried again.
        group.Advance(100_000);
        Assert.Equal("Empty", group.State.State);
    }

    [Fact]
    public void A_name_belongs_to_one_kind_of_group()
    {
        ShareGroupDriver group = new();
        group.SetTopic("a", 1);
        group.Beat("m1", 0, "a");
        group.Beat("m1", -1);

        GroupDecision decision = new(0, 0, ClusterImage.Empty);
        GroupReply<ConsumerGroupHeartbeatResponse> reply = new(ConsumerHeartbeat.Refuse);
        HeartbeatCall call = new(
            ConsumerGroupDriver.JoinRequest("m", "a"), "", "", "new");
        new ConsumerHeartbeat(call, new ConsumerGroupSettings()).Decide(group.Table, decision, reply);
        Assert.Equal(ErrorCode.GroupIdNotFound, reply.Response!.ErrorCode);
        Assert.Empty(decision.Records);
        Assert.Equal(ErrorCode.GroupIdNotFound, group.State!.CheckCommit("", null, -1, knowsEpochs: true));

        group.Table.Put(new ScriptedGroup(ShareGroupDriver.Group));
        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("m1", 0, "a").ErrorCode);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_partition_has_a_member_and_every_member_a_partition(int seed)
    {
        Random random = new(seed);
        Dictionary<Guid, int> topics = [];
        for (int i = random.Next(1, 4); i > 0; i--)
            topics[new Guid(i, 0, 0, new byte[8])] = random.Next(0, 7);
        List<(string, IReadOnlyList<Guid>)> members = [];
        for (int i = random.Next(1, 9); i > 0; i--)
            members.Add(($"m{i}", [.. topics.Keys.Where(_ => random.Next(3) > 0)]));

        IReadOnlyList<PartitionSet> shares = SimpleAssignor.Assign(members, topics);

        for (int i = 0; i < members.Count; i++)
        {
            (_, IReadOnlyList<Guid> subscribed) = members[i];
            Assert.All(shares[i], partition => Assert.Contains(partition.TopicId, subscribed));
            foreach (Guid topic in subscribed.Where(topic => topics[topic] > 0))
                Assert.Contains(shares[i], partition => partition.TopicId == topic);
        }

        foreach ((Guid topic, int count) in topics)
        {
            if (members.Any(member => member.Item2.Contains(topic)))
            {
                Assert.Equal(
                    Enumerable.Range(0, count),
                    shares.SelectMany(share => share).Where(partition => partition.TopicId == topic)
                        .Select(partition => partition.Partition).Distinct().Order());
            }
        }
    }

    /// <summary>Goal: members, epochs and assignments are the same after a restart as before, whatever came; and
    /// whoever goes on sending heartbeats ends up with what it is to read.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_group_comes_back_as_it_was(int seed)
    {
        Random random = new(seed);
        ShareGroupDriver group = new();
        Dictionary<string, int> members = [];
        group.SetTopic("a", 2);
        for (int step = 0; step < 60; step++)
        {
            string member = $"m{random.Next(5)}";
            switch (random.Next(8))
            {
                case 0:
                    group.SetTopic(random.Next(2) == 0 ? "a" : "b", random.Next(0, 5));
                    break;
                case 1:
                    members.Remove(member);
                    group.Beat(member, -1);
                    break;
                case 2:
                    group.Advance(random.Next(60_000));
                    break;
                case 3:
                    string before = Text(group);
                    group.Reload();
                    Assert.Equal(before, Text(group));
                    break;
                default:
                    Beat(group, members, member, random.Next(3) == 0 ? ["a", "b"] : ["a"]);
                    break;
            }
        }

        for (int round = 0; round < 3; round++)
        {
            foreach (string member in members.Keys.ToArray())
                Beat(group, members, member, []);
        }

        // Those whose session is over while nobody asked are gone; the rest is at the group's epoch.
        Assert.All(group.State?.Records.Members.Values ?? [], member =>
        {
            if (members.ContainsKey(member.MemberId))
            {
                Assert.Equal(group.State!.Records.Epoch, member.Epoch);
                Assert.Equal(group.State.Records.FindTarget(member.MemberId), member.Assigned);
            }
        });
    }

    private static void Beat(
        ShareGroupDriver group, Dictionary<string, int> members, string member, string[] topics)
    {
        ShareGroupHeartbeatResponse response = group.Beat(member, members.GetValueOrDefault(member), topics);
        if (response.ErrorCode is ErrorCode.None)
            members[member] = response.MemberEpoch;
        else
            members.Remove(member);
    }

    private static string Text(ShareGroupDriver group) => group.State is not { } state
        ? "none"
        : $"{state.Records.Epoch} {state.Records.AssignmentEpoch} " + string.Join(", ", state.Records.Members.Values
            .Select(member => $"{member.MemberId}@{member.Epoch} {ConsumerGroupDriver.Text(member.Assigned)} of "
                + string.Join('+', member.TopicNames)));
}
