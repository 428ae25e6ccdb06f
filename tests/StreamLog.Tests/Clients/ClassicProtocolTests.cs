using StreamLog.Clients.Handling;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Members of groups over the classic protocol, where the broker offers no newer one.</summary>
public sealed class ClassicProtocolTests() : GroupMembershipTests(isClassic: true)
{
    [Fact]
    public async Task Three_members_share_evenly_and_come_and_go()
    {
        await using GroupTrial trial = await StartAsync(7);
        TrialMember first = trial.Join().Start();
        TrialMember second = trial.Join().Start();
        TrialMember third = trial.Join().Start();
        await trial.SharedAsync(first, second, third);
        Assert.Equal(
            [2, 2, 3], new[] { first, second, third }.Select(member => member.Consumer.Assignment.Count).Order());

        int heard = third.Heard.Count;
        await second.DisposeAsync();
        await trial.SharedAsync(first, third);

        Assert.Equal([3, 4], new[] { first, third }.Select(member => member.Consumer.Assignment.Count).Order());
        Assert.DoesNotContain(third.Heard.Skip(heard), move => move[0] is '-' or '!');
    }

    [Fact]
    public async Task Partitions_that_a_topic_gets_are_found_by_the_leader_and_shared()
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember first = trial.Join().Start();
        TrialMember second = trial.Join().Start();
        await trial.SharedAsync(first, second);

        await trial.Clients.Admin.CreatePartitionsAsync("orders", 6);
        trial.PartitionCount = 6;
        await trial.SharedAsync(first, second);

        Assert.Equal((3, 3), (first.Consumer.Assignment.Count, second.Consumer.Assignment.Count));
        Assert.DoesNotContain(first.Heard.Concat(second.Heard), heard => heard[0] == '!');
    }

    [Fact]
    public async Task A_member_with_the_static_id_of_another_takes_its_place()
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember first = trial.Join(options => options.InstanceId = "one").Start();
        await trial.SharedAsync(first);

        // What the first one reads it gives up only when it hears of it.
        first.Sever();
        TrialMember second = trial.Join(options => options.InstanceId = "one").Start();
        await trial.SharedAsync(second);
        first.Broker.IsSevered = false;
        await trial.UntilAsync(() => first.Failure is not null);

        Assert.Equal(ErrorCode.FencedInstanceId, Assert.IsType<StreamLogException>(first.Failure).ErrorCode);
        Assert.Equal(2, second.Consumer.Assignment.Count);
    }

    [Fact]
    public async Task A_static_member_that_comes_back_with_other_topics_reads_those()
    {
        await using GroupTrial trial = await StartAsync(2);
        await trial.Clients.Admin.CreateTopicAsync("bills", 1);
        TrialMember before = trial.Join(options => options.InstanceId = "one").Start();
        await trial.SharedAsync(before);
        await before.DisposeAsync();

        TrialMember after = trial
            .Join(options => options.InstanceId = "one", Subscription.To("bills")).Start();
        await trial.UntilAsync(() => after.Consumer.Assignment.Count == 1);

        Assert.Equal(new TopicPartition("bills", 0), after.Consumer.Assignment.Single());
        Assert.Equal(["+0"], after.Heard);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownMemberId, "!0 +0")]
    [InlineData(ErrorCode.IllegalGeneration, "!0 +0")]
    [InlineData(ErrorCode.RebalanceInProgress, "")]
    [InlineData(ErrorCode.CoordinatorNotAvailable, "")]
    public async Task A_heartbeat_that_is_refused_has_the_member_join_again(ErrorCode error, string heard)
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember member = trial.Join().Start();
        await trial.SharedAsync(member);
        await trial.AppendAsync(0, "a");
        await trial.UntilAsync(() => member.Read.Count == 1);
        int beats = 0;
        member.Broker.Answers = request => request is HeartbeatRequest && beats++ == 0
            ? new HeartbeatResponse { ErrorCode = error } : null;

        await trial.UntilAsync(() => beats > 2 && member.Consumer.Assignment.Count == 1);
        await trial.AppendAsync(0, "b");
        await trial.UntilAsync(() => member.Values[^1] == "b");

        Assert.Null(member.Failure);
        Assert.Equal(heard, string.Join(' ', member.Heard.Skip(1)));
    }

    [Theory]
    [InlineData(ErrorCode.UnknownMemberId)]
    [InlineData(ErrorCode.IllegalGeneration)]
    [InlineData(ErrorCode.RebalanceInProgress)]
    [InlineData(ErrorCode.NotCoordinator)]
    public async Task A_round_that_comes_to_nothing_is_begun_again(ErrorCode error)
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember first = trial.Join().Start();
        await trial.SharedAsync(first);
        TrialMember second = trial.Join();
        int syncs = 0;
        second.Broker.Answers = request => request is SyncGroupRequest && syncs++ == 0
            ? new SyncGroupResponse { ErrorCode = error } : null;

        second.Start();
        await trial.SharedAsync(first, second);

        Assert.True(syncs > 1);
        Assert.Equal("+1", Assert.Single(second.Heard));
    }

    [Theory]
    [InlineData(ErrorCode.InconsistentGroupProtocol)]
    [InlineData(ErrorCode.InvalidSessionTimeout)]
    [InlineData(ErrorCode.GroupMaxSizeReached)]
    [InlineData(ErrorCode.GroupAuthorizationFailed)]
    public async Task A_member_that_may_not_join_tells_its_reader(ErrorCode error)
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember member = trial.Join();
        member.Broker.Answers = request => request is JoinGroupRequest
            ? new JoinGroupResponse { ErrorCode = error } : null;

        member.Start();
        await trial.UntilAsync(() => member.Failure is not null);

        Assert.Equal(error, Assert.IsType<StreamLogException>(member.Failure).ErrorCode);
    }

    [Fact]
    public async Task A_broker_without_groups_says_so()
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember member = trial.Join();
        member.Broker.Hidden = [ApiKey.ConsumerGroupHeartbeat, ApiKey.JoinGroup];

        member.Start();
        await trial.UntilAsync(() => member.Failure is not null);

        Assert.Equal(ErrorCode.UnsupportedVersion, Assert.IsType<StreamLogException>(member.Failure).ErrorCode);
    }

    [Theory]
    [InlineData(ErrorCode.IllegalGeneration)]
    [InlineData(ErrorCode.RebalanceInProgress)]
    public async Task A_commit_that_meets_a_change_of_generations_is_made_again(ErrorCode error)
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember member = trial.Join().Start();
        await trial.SharedAsync(member);
        int commits = 0;
        member.Broker.Answers = request => request is OffsetCommitRequest && commits++ == 0
            ? new OffsetCommitResponse
            {
                Topics = { new() { Name = "orders", Partitions = { new() { ErrorCode = error } } } },
            }
            : null;

        await trial.AppendAsync(0, "a", "b");
        await trial.UntilAsync(() => commits > 1);
        await trial.Clients.Harness.Environment.RunAsync(member.Consumer.CommitAsync());

        Assert.Equal(2, await trial.CommittedAsync(0));
        Assert.Null(member.Failure);
    }

    [Fact]
    public async Task A_member_that_cannot_begin_does_not_hold_up_the_others()
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember first = trial.Join(options => options.MaxPollInterval = TimeSpan.FromDays(1));
        bool isHeldUp = true;
        first.Broker.Answers = request => request is OffsetFetchRequest && isHeldUp
            ? new OffsetFetchResponse { ErrorCode = ErrorCode.CoordinatorNotAvailable } : null;
        first.Start();
        await trial.UntilAsync(() => first.Heard.Contains("!0"));

        TrialMember second = trial.Join().Start();
        await trial.UntilAsync(() => second.Consumer.Assignment.Count == 1);
        Assert.Empty(first.Consumer.Assignment);

        isHeldUp = false;
        await trial.SharedAsync(first, second);
    }

    [Fact]
    public async Task Who_leaves_while_others_are_awaited_still_commits_and_waits_for_nobody()
    {
        await using GroupTrial trial = await StartAsync(2);
        await using ForeignMember foreign = new(trial);
        await foreign.JoinAsync();
        TrialMember member = trial.Join(options => options.CommitInterval = TimeSpan.FromDays(1));
        int joins = 0;
        member.Broker.Answers = request =>
        {
            joins += request is JoinGroupRequest ? 1 : 0;
            return null;
        };
        member.Start();
        await foreign.LeadAsync(await foreign.JoinWithOthersAsync(), ours: [0], own: [1]);
        await trial.UntilAsync(() => member.Consumer.Assignment.Count == 1);
        await trial.AppendAsync(0, "a");
        await trial.UntilAsync(() => member.Read.Count == 1);
        int before = joins;

        // The one that is new makes all others join again, and the foreign member takes its time.
        TrialMember newcomer = trial.Join().Start();
        await trial.UntilAsync(() => joins > before);
        await trial.Clients.Harness.Environment.RunAsync(member.DisposeAsync());

        Assert.Equal(1, await trial.CommittedAsync(0));
        Assert.Equal(["+0", "-0"], member.Heard);
        Assert.Equal(ErrorCode.RebalanceInProgress, await foreign.BeatAsync());
        Assert.Empty(newcomer.Consumer.Assignment);
    }

    [Fact]
    public async Task A_member_that_brings_the_same_assignor_may_lead()
    {
        await using GroupTrial trial = await StartAsync(2);
        await using ForeignMember foreign = new(trial);
        await foreign.JoinAsync();
        TrialMember member = trial.Join().Start();
        JoinGroupResponse joined = await foreign.JoinWithOthersAsync();

        // A subscription of version 3: a topic, the generation for assignors of old, nothing owned, no generation and
        // no rack.
        Assert.Equal(
            "0003" + "00000001" + "00066F7264657273" + "00000004" + "FFFFFFFF" + "00000000" + "FFFFFFFF" + "FFFF",
            Convert.ToHexString(joined.Members.Single(other => other.MemberId != joined.Leader).Metadata));
        await foreign.LeadAsync(joined, ours: [0, 1], own: []);
        await trial.SharedAsync(member);

        Assert.Equal(["+0", "+1"], member.Heard);
    }

    [Fact]
    public async Task What_a_member_of_another_make_owns_is_given_to_nobody_before_it_has_let_go()
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember member = trial.Join().Start();
        await trial.SharedAsync(member);
        await using ForeignMember foreign = new(trial);

        int[] before = await foreign.JoinAsync();
        await trial.UntilAsync(() => member.Heard.Contains("-1"));
        int[] after = await foreign.JoinAsync();
        int[] later = await foreign.JoinAsync(owned: [1]);

        Assert.Empty(before);
        Assert.Equal([1], after);
        Assert.Equal([1], later);
        Assert.Equal(0, Assert.Single(member.Consumer.Assignment).Partition);
    }

    [Fact]
    public async Task Members_with_another_assignor_are_not_joined()
    {
        await using GroupTrial trial = await StartAsync(1);
        await using ForeignMember foreign = new(trial) { Assignor = "range" };
        await foreign.JoinAsync();

        TrialMember member = trial.Join().Start();
        await trial.UntilAsync(() => member.Failure is not null);

        Assert.Equal(
            ErrorCode.InconsistentGroupProtocol, Assert.IsType<StreamLogException>(member.Failure).ErrorCode);
    }

    [Fact]
    public async Task Handlers_share_a_topic_and_lose_and_repeat_nothing()
    {
        await using HandlerTrial trial = await HandlerTrial.StartAsync(4, ApiKey.ConsumerGroupHeartbeat);
        Handled handled = new();
        HashSet<int> ofSecond = [];
        int appended = 0;
        async Task AppendAsync(int count)
        {
            for (int end = appended + count; appended < end; appended++)
                await trial.AppendAsync("k", $"{appended}", appended % 4);
            await trial.Environment.RunAsync(handled.CountAsync(appended));
        }

        IPushConsumer first = trial.Handle((record, _) =>
        {
            handled.Add(record.Value);
            return ValueTask.CompletedTask;
        });
        await AppendAsync(40);
        IPushConsumer second = trial.Handle((record, _) =>
        {
            lock (ofSecond)
                ofSecond.Add(record.Position.Partition);
            handled.Add(record.Value);
            return ValueTask.CompletedTask;
        });
        while (ofSecond.Count < 2 && appended < 2_000)
        {
            await AppendAsync(4);
            await trial.Environment.RunAsync(Task.Delay(TimeSpan.FromSeconds(1), trial.Environment.Time));
        }

        Assert.Equal(2, ofSecond.Count);
        await trial.StopAsync(first);
        await AppendAsync(40);
        await trial.StopAsync(second);

        Assert.Equal(Enumerable.Range(0, appended), handled.Values.Select(int.Parse).Order());
        for (int i = 0; i < 4; i++)
            Assert.Equal(appended / 4, await trial.CommittedAsync(i));
    }
}
