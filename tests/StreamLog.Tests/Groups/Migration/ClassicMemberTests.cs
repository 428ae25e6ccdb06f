using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Migration.MixedGroup;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>Members of the classic protocol within a consumer group.</summary>
public sealed class ClassicMemberTests
{
    [Fact]
    public void A_new_member_is_told_its_id_first()
    {
        MixedGroup group = Create();

        JoinGroupResponse named = group.Join(JoinRequest("", "a")).Response!;

        Assert.Equal(ErrorCode.MemberIdRequired, named.ErrorCode);
        Assert.Empty(group.LastRecords);
        Assert.Equal(2, group.Join(JoinRequest(named.MemberId, "a")).Response!.GenerationId);
    }

    [Fact]
    public void A_cooperative_member_gives_up_what_moves_and_keeps_the_rest()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        int generation = group.Consumer.Records.Find(id)!.Epoch;
        group.Beat("n", 0, "a");

        // It joins with what it has, and is told at the generation that it knows what to keep.
        Assert.Equal(generation, group.Join(JoinRequest(id, "a", "a-0 a-1")).Response!.GenerationId);
        string kept = group.SyncText(id, generation);
        Assert.Single(Parse(kept));
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(id, generation));

        // While it still has the rest, nothing goes on.
        Assert.Equal(generation, group.Join(JoinRequest(id, "a", "a-0 a-1")).Response!.GenerationId);

        Assert.Equal(generation + 1, group.Join(JoinRequest(id, "a", kept)).Response!.GenerationId);
        Assert.Equal(kept, group.SyncText(id, generation + 1));
        Assert.Equal(ErrorCode.None, group.Heartbeat(id, generation + 1));
    }

    [Fact]
    public void A_member_that_waits_for_partitions_is_told_once_they_are_free()
    {
        MixedGroup group = Create(partitions: 2);
        group.Beat("m", 0, "a");
        string id = group.Join(JoinRequest("", "a")).Response!.MemberId;
        JoinGroupResponse joined = group.Join(JoinRequest(id, "a")).Response!;
        Assert.Equal("", group.SyncText(id, joined.GenerationId));
        Assert.Equal(ErrorCode.None, group.Heartbeat(id, joined.GenerationId));

        int kept = group.Beat("m", 1).Assignment!.Partitions.Single().Partitions.Single();
        Assert.Equal(ErrorCode.None, group.Heartbeat(id, joined.GenerationId));
        group.Beat("m", 1, owned: $"a-{kept}");

        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(id, joined.GenerationId));
        Assert.Equal(joined.GenerationId, group.Join(JoinRequest(id, "a")).Response!.GenerationId);
        Assert.Equal($"a-{1 - kept}", group.SyncText(id, joined.GenerationId));
    }

    [Fact]
    public void Who_is_not_who_it_says_is_refused()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        string named = group.Join(JoinRequest("", "a", instanceId: "i")).Response!.MemberId;
        int epoch = group.Consumer.Records.Epoch;

        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat("x", epoch));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat("x", epoch, "j"));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Heartbeat("x", epoch, "i"));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Heartbeat(named, epoch + 1, "i"));
        Assert.Equal("UnknownMemberId", group.SyncText("x", epoch));
        Assert.Equal("IllegalGeneration", group.SyncText(id, epoch + 1));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Sync("x", epoch, "i").Response!.ErrorCode);

        // Members of the consumer protocol have other requests.
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat("m", epoch));
        Assert.Equal("UnknownMemberId", group.SyncText("m", epoch));
        Assert.Equal(
            [ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId, ErrorCode.FencedInstanceId],
            group.Leave(("x", null), ("", "j"), ("x", "i")));
        Assert.Empty(group.LastRecords);
    }

    [Fact]
    public void Who_syncs_with_another_protocol_is_refused()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        int epoch = group.Consumer.Records.Find(id)!.Epoch;

        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Sync("connect", null));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Sync(null, "sticky"));
        Assert.Equal(ErrorCode.None, Sync(null, "range"));

        ErrorCode Sync(string? type, string? name)
        {
            SyncGroupRequest request = new()
            {
                MemberId = id,
                GenerationId = epoch,
                ProtocolType = type,
                ProtocolName = name,
            };
            return group.Decide<SyncGroupResponse>((decision, reply) =>
                group.Consumer.Sync(request, decision, reply)).Response!.ErrorCode;
        }
    }

    [Fact]
    public void Who_does_not_fit_does_not_join()
    {
        MixedGroup group = Create(new GroupOptions { ConsumerMaxSize = 3 });
        JoinGroupRequest request = JoinRequest("", "a");
        request.ProtocolType = "connect";
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, group.Join(request).Response!.ErrorCode);
        request = JoinRequest("", "a");
        request.Protocols[0].Metadata = [0, 1];
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, group.Join(request).Response!.ErrorCode);
        request.Protocols = [];
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, group.Join(request).Response!.ErrorCode);
        request = JoinRequest("", "a");
        request.SessionTimeoutMs = 1;
        Assert.Equal(ErrorCode.InvalidSessionTimeout, group.Join(request).Response!.ErrorCode);

        // All classic members are to know one assignor.
        string id = group.Join(JoinRequest("", "a", instanceId: "i")).Response!.MemberId;
        Assert.Equal(
            ErrorCode.InconsistentGroupProtocol, group.Join(JoinRequest("", "a", assignor: "x")).Response!.ErrorCode);

        JoinGroupResponse stranger = group.Join(JoinRequest("x", "a", instanceId: "j")).Response!;
        Assert.Equal(ErrorCode.UnknownMemberId, stranger.ErrorCode);
        stranger = group.Join(JoinRequest("x", "a", instanceId: "i")).Response!;
        Assert.Equal(ErrorCode.FencedInstanceId, stranger.ErrorCode);
        group.Beat("n", 0, "a");
        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Join(JoinRequest("", "a")).Response!.ErrorCode);
        Assert.Equal(ErrorCode.None, group.Join(JoinRequest(id, "a", instanceId: "i")).Response!.ErrorCode);
    }

    [Fact]
    public void Commits_and_reads_are_checked_in_the_words_of_the_members_protocol()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        ConsumerGroup state = group.Consumer;
        int epoch = state.Records.Find(id)!.Epoch;

        Assert.Equal(ErrorCode.None, state.CheckCommit(id, null, epoch, knowsEpochs: true));
        Assert.Equal(ErrorCode.IllegalGeneration, state.CheckCommit(id, null, epoch - 1, knowsEpochs: true));
        Assert.Equal(ErrorCode.IllegalGeneration, state.CheckCommit(id, null, -1, knowsEpochs: true));
        Assert.Equal(ErrorCode.StaleMemberEpoch, state.CheckCommit("m", null, 99, knowsEpochs: true));
        Assert.Equal(ErrorCode.UnknownMemberId, state.CheckCommit("x", null, epoch, knowsEpochs: true));
        Assert.Equal(ErrorCode.UnknownMemberId, state.CheckCommit("", null, -1, knowsEpochs: true));
        Assert.Equal(ErrorCode.None, state.CheckFetch(id, epoch));
        Assert.Equal(ErrorCode.IllegalGeneration, state.CheckFetch(id, epoch + 1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, state.CheckFetch("m", 99));
        Assert.Equal(ErrorCode.None, state.CheckFetch(null, -1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_member_is_given_up_after_the_session_that_it_asked_for(bool restarts)
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        if (restarts)
            group.Restart();
        group.Advance(9_999);
        Assert.NotNull(group.Consumer.Records.Find(id));

        group.Advance(1);

        Assert.Null(group.Consumer.Records.Find(id));
        Assert.NotNull(group.Consumer.Records.Find("m"));
    }

    [Fact]
    public void A_member_that_was_told_to_join_and_does_not_is_given_up()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        int epoch = group.Consumer.Records.Find(id)!.Epoch;
        group.Beat("n", 0, "a");
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(id, epoch));
            group.Advance(5_000);
        }

        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(id, epoch));
    }

    [Fact]
    public void A_member_that_has_joined_and_does_not_ask_for_its_assignment_is_given_up()
    {
        MixedGroup group = Create();
        string id = group.Join(JoinRequest("", "a")).Response!.MemberId;
        int epoch = group.Join(JoinRequest(id, "a")).Response!.GenerationId;
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(ErrorCode.None, group.Heartbeat(id, epoch));
            group.Advance(5_000);
        }

        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(id, epoch));
    }

    [Fact]
    public void A_member_that_is_told_nothing_new_stays()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");
        int epoch = group.Consumer.Records.Find(id)!.Epoch;
        for (int i = 0; i < 20; i++)
        {
            group.Advance(5_000);
            Assert.Equal(ErrorCode.None, group.Heartbeat(id, epoch));
            Assert.Equal(ErrorCode.None, group.Send(new()
            {
                GroupId = Group,
                MemberId = "m",
                MemberEpoch = group.Consumer.Records.Find("m")!.Epoch,
            }).ErrorCode);
        }
    }

    [Fact]
    public void A_static_member_that_starts_anew_takes_its_own_place()
    {
        MixedGroup group = Create(partitions: 2);
        string before = group.Join(JoinRequest("", "a", instanceId: "i")).Response!.MemberId;
        int epoch = group.Consumer.Records.Epoch;

        JoinGroupResponse joined = group.Join(JoinRequest("", "a", instanceId: "i")).Response!;

        Assert.NotEqual(before, joined.MemberId);
        Assert.Equal(epoch, group.Consumer.Records.Epoch);
        Assert.Equal(epoch, joined.GenerationId);
        Assert.Equal(ErrorCode.FencedInstanceId, group.Heartbeat(before, epoch, "i"));
        Assert.Equal(ErrorCode.None, group.Heartbeat(joined.MemberId, epoch, "i"));
    }

    [Fact]
    public void A_member_that_comes_back_under_its_own_id_is_given_up_like_any_other()
    {
        MixedGroup group = Create(partitions: 2);
        group.Beat("s", 0, "a", instanceId: "i");
        group.Beat("s", -2, instanceId: "i");
        Assert.Equal(ErrorCode.None, group.Beat("s", 0, "a", instanceId: "i").ErrorCode);

        group.Advance(45_000);

        Assert.Empty(group.Consumer.Records.Members);
    }

    [Fact]
    public void A_classic_member_may_go_over_to_the_consumer_protocol_under_its_own_id()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");

        ConsumerGroupHeartbeatResponse joined = group.Beat(id, 0, "a");

        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        Assert.Null(group.Consumer.Records.Find(id)!.Classic);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(id, joined.MemberEpoch));
    }

    [Fact]
    public void A_member_is_told_its_assignment_in_the_bytes_of_kafka()
    {
        MixedGroup group = Create();
        group.Beat("m", -1);
        group.Beat("n", 0, "b");
        JoinGroupRequest request = JoinRequest("", "a");
        request.Protocols[0].Metadata = Subscription("a", rack: "r");
        request.MemberId = group.Join(request).Response!.MemberId;
        int epoch = group.Join(request).Response!.GenerationId;

        SyncGroupResponse synced = group.Sync(request.MemberId, epoch).Response!;

        Assert.Equal(
            "0000" + "00000001" + "0001" + "61" + "00000001" + "00000000" + "FFFFFFFF",
            Convert.ToHexString(synced.Assignment));
        Assert.Equal(("consumer", "range"), (synced.ProtocolType, synced.ProtocolName));
        Assert.Equal("r", group.Consumer.Records.Find(request.MemberId)!.RackId);
    }

    [Fact]
    public void Members_of_both_protocols_are_described()
    {
        (MixedGroup group, string id) = CreateOwner("a-0 a-1");

        ConsumerGroupDescribeResponse.DescribedGroup described =
            ConsumerGroupDescription.Of(group.Consumer, group.Image);

        Assert.Equal(0, described.Members.Single(member => member.MemberId == id).MemberType);
        Assert.Equal(1, described.Members.Single(member => member.MemberId == "m").MemberType);
    }

    private static MixedGroup Create(GroupOptions? options = null, int partitions = 1)
    {
        MixedGroup group = new(options);
        group.SetTopic("a", partitions);
        group.Beat("m", 0, "a");
        return group;
    }

    /// <summary>A group in which one classic member has some partitions, and another member subscribes to nothing that
    /// there is.</summary>
    private static (MixedGroup Group, string Id) CreateOwner(string partitions)
    {
        MixedGroup group = new();
        group.SetTopic("a", Parse(partitions).Count());
        group.Beat("m", 0, "b");
        string id = group.Join(JoinRequest("", "a")).Response!.MemberId;
        int epoch = group.Join(JoinRequest(id, "a")).Response!.GenerationId;
        Assert.Equal(partitions, group.SyncText(id, epoch));
        return (group, id);
    }
}
