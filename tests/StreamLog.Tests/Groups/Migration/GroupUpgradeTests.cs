using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Migration.MixedGroup;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>A classic group with members becomes a consumer group.</summary>
public sealed class GroupUpgradeTests
{
    [Fact]
    public void The_first_member_of_the_consumer_protocol_turns_the_group()
    {
        MixedGroup group = Create(topics: 4);
        string[] ids = group.MakeClassic("a", "a-0 a-1", "a-2 a-3");
        int generation = group.Classic.Generation;

        ConsumerGroupHeartbeatResponse joined = group.Beat("m", 0, "a");

        Assert.Equal(
            [
                "-GroupMetadataKey",
                .. Enumerable.Repeat(nameof(ConsumerGroupMemberMetadataKey), 2),
                nameof(ConsumerGroupMetadataKey),
                .. Enumerable.Repeat(nameof(ConsumerGroupTargetAssignmentMemberKey), 2),
                nameof(ConsumerGroupTargetAssignmentMetadataKey),
                .. Enumerable.Repeat(nameof(ConsumerGroupCurrentMemberAssignmentKey), 2),
            ],
            group.LastRecords.Take(9));
        Assert.Equal((ErrorCode.None, generation + 1), (joined.ErrorCode, joined.MemberEpoch));

        // Nothing is taken from those who have it.
        Assert.Empty(joined.Assignment!.Partitions);
        Assert.Equal("Reconciling", group.Consumer.State);
        ConsumerMember first = group.Consumer.Records.Find(ids[0])!;
        Assert.Equal("a-0 a-1", Text(PartitionLists.Name(first.Assigned, group.Image)));
        Assert.Equal((generation, 10_000, 20_000), (
            first.Epoch, first.Classic!.SessionTimeoutMs, first.RebalanceTimeoutMs));
        Assert.Equal(
            [0, 0, 1],
            ConsumerGroupDescription.Of(group.Consumer, group.Image).Members
                .Select(member => (int)member.MemberType).Order());
        Assert.Equal(ErrorCode.None, group.Consumer.CheckCommit(ids[0], null, generation, knowsEpochs: true));
    }

    [Fact]
    public void Its_members_join_again_and_share_with_the_new_one()
    {
        MixedGroup group = Create(topics: 3);
        string[] ids = group.MakeClassic("a", "a-0 a-1", "a-2");
        int generation = group.Classic.Generation;
        group.Beat("m", 0, "a");

        foreach (string id in ids)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(id, generation));
            Assert.Equal("RebalanceInProgress", group.SyncText(id, generation));
            JoinGroupResponse joined = group.Join(JoinRequest(id, "a")).Response!;
            Assert.Equal(
                (ErrorCode.None, id, generation + 1, "consumer", "range", ""),
                (joined.ErrorCode, joined.MemberId, joined.GenerationId, joined.ProtocolType, joined.ProtocolName,
                    joined.Leader));
            Assert.Empty(joined.Members);
            Assert.Equal(ErrorCode.None, group.Heartbeat(id, generation + 1));
        }

        Assert.Equal("a-0", group.SyncText(ids[0], generation + 1));
        Assert.Equal("a-2", group.SyncText(ids[1], generation + 1));
        Assert.Equal([1], group.Beat("m", generation + 1).Assignment!.Partitions.Single().Partitions);
        Assert.Equal("Stable", group.Consumer.State);
    }

    [Fact]
    public void Who_waits_for_others_is_told_to_join_again()
    {
        MixedGroup group = Create(topics: 2);
        string[] ids = group.MakeClassic("a", "a-0", "a-1");
        GroupReply<JoinGroupResponse> joining = group.Join(JoinRequest(ids[0], "a"));
        Assert.Null(joining.Response);

        group.Beat("m", 0, "a");

        Assert.Equal((ErrorCode.RebalanceInProgress, ids[0]), (
            joining.Response!.ErrorCode, joining.Response.MemberId));
    }

    [Fact]
    public void Who_waits_for_its_assignment_is_told_to_join_again()
    {
        MixedGroup group = Create(topics: 2);
        string[] ids = group.MakeClassic("a", "a-0", "a-1");
        GroupReply<JoinGroupResponse>[] joining = [.. ids.Select(id => group.Join(JoinRequest(id, "a")))];
        string follower = ids.Single(id => id != joining[0].Response!.Leader);
        GroupReply<SyncGroupResponse> syncing = group.Sync(follower, joining[0].Response!.GenerationId);
        Assert.Null(syncing.Response);

        group.Beat("m", 0, "a");

        Assert.Equal(ErrorCode.RebalanceInProgress, syncing.Response!.ErrorCode);
    }

    [Fact]
    public void What_a_member_has_not_given_up_yet_is_given_to_nobody()
    {
        // Two partitions were one's, and the assignment takes one of them from it: it has not heard of that yet.
        MixedGroup group = Create(topics: 2);
        string id = group.Join(JoinRequest("", "a")).Response!.MemberId;
        JoinGroupResponse joined = group.Join(JoinRequest(id, "a", "a-0 a-1")).Response!;
        group.Sync(id, joined.GenerationId, null, (id, ConsumerAssignment.Write(Parse("a-0"))));

        ConsumerGroupHeartbeatResponse response = group.Beat("m", 0, "a");
        Assert.Empty(response.Assignment!.Partitions);

        // It gives up the one that the new member is to have, and then it is nobody's.
        JoinGroupResponse again = group.Join(JoinRequest(id, "a", "a-0 a-1")).Response!;
        string kept = group.SyncText(id, again.GenerationId);
        Assert.Single(Parse(kept));
        group.Join(JoinRequest(id, "a", kept));
        Assert.Single(group.Beat("m", response.MemberEpoch).Assignment!.Partitions);
    }

    [Fact]
    public void A_static_member_takes_its_partitions_along_to_the_consumer_protocol()
    {
        MixedGroup group = Create(topics: 2);
        string id = group.Join(JoinRequest("", "a", instanceId: "i")).Response!.MemberId;
        group.Sync(id, 1, "i", (id, ConsumerAssignment.Write(Parse("a-0 a-1"))));

        ConsumerGroupHeartbeatResponse joined = group.Beat("m", 0, "a", instanceId: "i");

        Assert.Equal([0, 1], joined.Assignment!.Partitions.Single().Partitions);
        Assert.Equal(["m"], group.Consumer.Records.Members.Keys);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(id, 1));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Heartbeat(id, 1, "i"));
    }

    [Fact]
    public void Who_was_given_an_id_before_joins_with_it()
    {
        MixedGroup group = Create(topics: 2);
        group.MakeClassic("a", "a-0 a-1");
        string named = group.Join(JoinRequest("", "a")).Response!.MemberId;
        group.Beat("m", 0, "a");

        JoinGroupResponse joined = group.Join(JoinRequest(named, "a")).Response!;

        Assert.Equal((ErrorCode.None, named), (joined.ErrorCode, joined.MemberId));
        Assert.Equal(3, group.Consumer.Records.Members.Count);
    }

    [Fact]
    public void A_group_that_waits_for_its_first_members_turns_too()
    {
        MixedGroup group = new(new GroupOptions { InitialRebalanceDelay = TimeSpan.FromSeconds(3) });
        group.SetTopic("a", 2);
        string id = group.Join(JoinRequest("", "a")).Response!.MemberId;
        GroupReply<JoinGroupResponse> waits = group.Join(JoinRequest(id, "a"));

        ConsumerGroupHeartbeatResponse joined = group.Beat("m", 0, "a");

        Assert.Equal(ErrorCode.RebalanceInProgress, waits.Response!.ErrorCode);
        Assert.Single(joined.Assignment!.Partitions.Single().Partitions);
        Assert.Single(Parse(group.SyncText(id, group.Join(JoinRequest(id, "a")).Response!.GenerationId)));
    }

    [Fact]
    public void A_group_that_nobody_has_come_to_is_no_obstacle()
    {
        MixedGroup group = new(new GroupOptions { MigrationPolicy = GroupMigrationPolicy.Disabled });
        group.Join(JoinRequest("", "a"));

        Assert.Equal(1, group.Beat("m", 0, "a").MemberEpoch);
    }

    [Theory]
    [InlineData(GroupMigrationPolicy.Disabled, 5, "consumer", "")]
    [InlineData(GroupMigrationPolicy.Downgrade, 5, "consumer", "")]
    [InlineData(GroupMigrationPolicy.Upgrade, 1, "consumer", "")]
    [InlineData(GroupMigrationPolicy.Upgrade, 5, "connect", "")]
    [InlineData(GroupMigrationPolicy.Upgrade, 5, "consumer", "0001")]
    [InlineData(GroupMigrationPolicy.Upgrade, 5, "consumer", "FFFF00000000FFFFFFFF")]
    [InlineData(GroupMigrationPolicy.Upgrade, 5, "consumer", "0001000000000000000107")]
    public void A_group_stays_classic_where_it_must(
        GroupMigrationPolicy policy, int sizeMax, string type, string assignmentHex)
    {
        MixedGroup group = new(new GroupOptions { MigrationPolicy = policy, ConsumerMaxSize = sizeMax });
        group.SetTopic("a", 2);
        string[] ids = new string[2];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = group.Join(Request("")).Response!.MemberId;
            group.Join(Request(ids[i]));
        }

        int generation = group.Join(Request(ids[0])).Response!.GenerationId;
        group.Decide<SyncGroupResponse>((decision, reply) => group.Classic.Sync(
            new SyncGroupRequest
            {
                MemberId = ids[0],
                GenerationId = generation,
                Assignments = { new() { MemberId = ids[0], Assignment = Convert.FromHexString(assignmentHex) } },
            },
            decision,
            reply));

        ConsumerGroupHeartbeatResponse refused = group.Beat("m", 0, "a");

        Assert.Equal(ErrorCode.GroupIdNotFound, refused.ErrorCode);
        Assert.Empty(group.LastRecords);
        Assert.Equal("Stable", group.Classic.State);

        JoinGroupRequest Request(string id)
        {
            JoinGroupRequest request = JoinRequest(id, "a");
            request.ProtocolType = type;
            return request;
        }
    }

    [Fact]
    public void A_group_whose_members_are_no_consumers_stays_classic()
    {
        MixedGroup group = new();
        JoinGroupRequest request = JoinRequest("", "a");
        request.Protocols[0].Metadata = [0];
        request.MemberId = group.Join(request).Response!.MemberId;
        group.Join(request);

        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("m", 0, "a").ErrorCode);
        Assert.Equal("CompletingRebalance", group.Classic.State);
    }

    [Fact]
    public void A_first_member_that_is_refused_changes_nothing()
    {
        MixedGroup group = Create(topics: 2);
        string[] ids = group.MakeClassic("a", "a-0", "a-1");
        GroupReply<JoinGroupResponse> joining = group.Join(JoinRequest(ids[0], "a"));

        ConsumerGroupHeartbeatResponse refused = group.Send(new()
        {
            GroupId = Group,
            MemberId = "m",
            RebalanceTimeoutMs = 1,
            SubscribedTopicRegex = "(",
            OwnedPartitions = [],
        });

        Assert.Equal(ErrorCode.InvalidRegularExpression, refused.ErrorCode);
        Assert.Null(joining.Response);
        Assert.Equal("PreparingRebalance", group.Classic.State);
    }

    [Fact]
    public void A_group_with_too_much_to_say_for_one_batch_stays_classic()
    {
        MixedGroup group = Create(topics: 2);
        string[] ids = group.MakeClassic("a", "a-0", "a-1");
        foreach (string id in ids)
        {
            JoinGroupRequest request = JoinRequest(id, "a");
            request.Protocols[0].Metadata = [.. request.Protocols[0].Metadata, .. new byte[GroupLog.BatchBytesMax / 2]];
            group.Join(request);
        }

        Assert.Equal(ErrorCode.GroupIdNotFound, group.Beat("m", 0, "a").ErrorCode);
        Assert.Equal("CompletingRebalance", group.Classic.State);
    }

    private static MixedGroup Create(int topics)
    {
        MixedGroup group = new();
        group.SetTopic("a", topics);
        return group;
    }
}
