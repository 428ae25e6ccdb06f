using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Consumers that share topics as members of a group: what holds with either protocol.</summary>
/// <param name="isClassic">Whether they speak the classic one.</param>
/// <param name="isFar">Whether the broker is at the other end of a wire.</param>
public abstract class GroupMembershipTests(bool isClassic, bool isFar = false)
{
    [Fact]
    public async Task Members_share_partitions_and_only_those_that_move_pause()
    {
        await using GroupTrial trial = await StartAsync(4);
        TrialMember first = trial.Join().Start();
        await trial.SharedAsync(first);
        Assert.Equal(["+0", "+1", "+2", "+3"], first.Heard);

        TrialMember second = trial.Join().Start();
        await trial.SharedAsync(first, second);

        Assert.Equal(2, first.Heard.Count(heard => heard.StartsWith('-')));
        Assert.Equal(4, first.Heard.Count(heard => heard.StartsWith('+')));
        Assert.Equal(2, second.Heard.Count);
        Assert.NotEqual(first.Consumer.MemberId, second.Consumer.MemberId);
        for (int i = 0; i < 4; i++)
            await trial.AppendAsync(i, $"{i}");
        await trial.UntilAsync(() => first.Read.Count + second.Read.Count == 4);
        Assert.Equal(["0", "1", "2", "3"], first.Values.Concat(second.Values).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_member_leaves_another_goes_on_with_where_it_was_committed()
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember first = trial.Join().Start();
        await trial.SharedAsync(first);
        await trial.AppendAsync(0, "a", "b");
        await trial.AppendAsync(1, "c");
        await trial.UntilAsync(() => first.Read.Count == 3);
        TrialMember second = trial.Join().Start();
        await trial.SharedAsync(first, second);

        await first.DisposeAsync();
        await trial.SharedAsync(second);
        await trial.AppendAsync(0, "d");
        await trial.AppendAsync(1, "e");
        await trial.UntilAsync(() => second.Read.Count >= 2);

        Assert.Equal(["d", "e"], second.Values.Order(StringComparer.Ordinal));
        Assert.Empty(first.Consumer.Assignment);
        Assert.Null(first.Consumer.MemberId);
    }

    [Fact]
    public async Task A_partition_waits_for_the_reader_who_has_a_record_of_it_in_its_hands()
    {
        await using GroupTrial trial = await StartAsync(2);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TrialMember first = trial.Join();
        first.Handle = _ => goOn.Task;
        await trial.AppendAsync(0, "a");
        await trial.AppendAsync(1, "b");
        first.Start();
        await trial.UntilAsync(() => first.Read.Count == 1);

        TrialMember second = trial.Join().Start();
        await trial.UntilAsync(() => second.Consumer.MemberId is not null);
        await trial.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(second.Consumer.Assignment);
        Assert.DoesNotContain(first.Heard, heard => heard.StartsWith('-'));

        goOn.SetResult();
        await trial.SharedAsync(first, second);
        await trial.UntilAsync(() => first.Read.Count + second.Read.Count == 2);
        Assert.Equal(["a", "b"], first.Values.Concat(second.Values).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_completed_while_a_partition_is_revoked_is_committed_before_it_goes()
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember first = trial.Join();
        List<Record<string, string>> taken = [];
        first.Revoking = _ =>
        {
            taken.ForEach(record => record.Complete());
            return Task.CompletedTask;
        };
        await trial.AppendAsync(0, "a", "b");
        await foreach (Record<string, string> record in first.Consumer.ReadAllAsync())
        {
            taken.Add(record);
            if (taken.Count == 2)
                break;
        }

        await first.DisposeAsync();

        Assert.Equal(2, await trial.CommittedAsync(0));
        Assert.Equal(["+0", "-0"], first.Heard);
    }

    [Fact]
    public async Task A_member_that_nobody_reads_from_leaves_and_joins_again_when_somebody_does()
    {
        await using GroupTrial trial = await StartAsync(1);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TrialMember first = trial.Join(options => options.MaxPollInterval = TimeSpan.FromMinutes(1));
        first.Handle = _ => goOn.Task;
        await trial.AppendAsync(0, "a");
        first.Start();
        await trial.UntilAsync(() => first.Read.Count == 1);

        await trial.UntilAsync(() => first.Heard.Contains("!0") && first.Consumer.MemberId is null);
        Assert.Empty(first.Consumer.Assignment);
        StreamLogException refusal = await Assert.ThrowsAsync<StreamLogException>(
            async () => await first.Consumer.CommitAsync(first.Read.First()));
        Assert.Equal(ErrorCode.RebalanceInProgress, refusal.ErrorCode);

        TrialMember second = trial.Join().Start();
        await trial.UntilAsync(() => second.Read.Count == 1);
        goOn.SetResult();
        await second.DisposeAsync();
        await trial.SharedAsync(first);
        await trial.AppendAsync(0, "b");
        await trial.UntilAsync(() => first.Read.Count == 2);
        Assert.Equal(["a", "b"], first.Values);
    }

    [Fact]
    public async Task A_member_that_is_gone_without_a_word_is_missed_when_its_session_is_over()
    {
        await using GroupTrial trial = await StartAsync(2);
        TrialMember first = trial.Join().Start();
        TrialMember second = trial.Join().Start();
        await trial.SharedAsync(first, second);

        first.Sever();
        await trial.UntilAsync(() => second.Consumer.Assignment.Count == 2);
        await trial.AppendAsync(0, "a");
        await trial.AppendAsync(1, "b");
        await trial.UntilAsync(() => second.Read.Count == 2);
    }

    [Fact]
    public async Task A_static_member_that_comes_back_finds_its_partitions_and_nobody_else_moves()
    {
        await using GroupTrial trial = await StartAsync(4);
        TrialMember first = trial.Join(options => options.InstanceId = "one").Start();
        TrialMember second = trial.Join(options => options.InstanceId = "two").Start();
        await trial.SharedAsync(first, second);
        TopicPartition[] had = [.. first.Consumer.Assignment];
        int heard = second.Heard.Count;

        await first.DisposeAsync();
        TrialMember again = trial.Join(options => options.InstanceId = "one").Start();
        await trial.SharedAsync(again, second);

        Assert.Equal(had.ToHashSet(), again.Consumer.Assignment.ToHashSet());
        Assert.Equal(heard, second.Heard.Count);
    }

    [Fact]
    public async Task A_pattern_finds_the_topics_that_match_also_later_ones()
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember member = trial.Join(subscription: Subscription.Matching("ord.*")).Start();
        await trial.UntilAsync(() => member.Consumer.Assignment.Count == 1);

        await trial.Clients.Admin.CreateTopicAsync("ordinals", 2);
        await trial.Clients.Admin.CreateTopicAsync("disorder", 2);
        await trial.UntilAsync(() => member.Consumer.Assignment.Count == 3);

        Assert.Equal(2, member.Consumer.Assignment.Count(partition => partition.Topic == "ordinals"));
    }

    [Fact]
    public async Task Several_topics_are_read_by_name()
    {
        await using GroupTrial trial = await StartAsync(1);
        await trial.Clients.Admin.CreateTopicAsync("bills", 1);
        await trial.AppendAsync(0, "a");
        await trial.Clients.Topic("bills").AppendAsync("k", "b");
        TrialMember member = trial.Join(subscription: Subscription.To("orders", "bills")).Start();

        await trial.UntilAsync(() => member.Read.Count == 2);

        Assert.Equal(["a", "b"], member.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_pattern_that_is_none_is_refused_to_the_reader()
    {
        await using GroupTrial trial = await StartAsync(1);
        TrialMember member = trial.Join(subscription: Subscription.Matching("(")).Start();

        await trial.UntilAsync(() => member.Failure is not null);

        Assert.Equal(
            ErrorCode.InvalidRegularExpression, Assert.IsType<StreamLogException>(member.Failure).ErrorCode);
    }

    [Fact]
    public async Task How_often_partitions_move_and_how_long_that_takes_is_measured()
    {
        using StreamLogMetrics metrics = StreamLogMetrics.Create(factory: null, "");
        using RecordedMetrics recorded = new(meter => ReferenceEquals(meter, metrics.Meter));
        await using GroupTrial trial = await StartAsync(2);
        trial.Metrics = metrics.Clients;
        (string, object) moved = ("streamlog.reason", "moved");
        (string, object) lost = ("streamlog.reason", "lost");
        TrialMember first = trial.Join().Start();
        await trial.UntilAsync(() => recorded.Sum("streamlog.consumer.rebalances", moved) > 0);
        Assert.Equal(2, first.Consumer.Assignment.Count);

        first.Revoking = _ => Task.Delay(TimeSpan.FromSeconds(5), trial.Clients.Harness.Time);
        TrialMember second = trial.Join().Start();
        await trial.UntilAsync(() => recorded.Of("streamlog.consumer.rebalance.duration", ("group", "g")).Length == 3);
        Assert.Equal(3, recorded.Sum("streamlog.consumer.rebalances", moved, ("group", "g")));
        Assert.InRange(
            recorded.Of("streamlog.consumer.rebalance.duration").Max(measured => measured.Value), 5, 60);
        Assert.Equal(0, recorded.Sum("streamlog.consumer.rebalances", lost));

        bool isRefused = false;
        second.Broker.Answers = request =>
        {
            object? answer = isRefused ? null : request switch
            {
                HeartbeatRequest => new HeartbeatResponse { ErrorCode = ErrorCode.UnknownMemberId },
                ConsumerGroupHeartbeatRequest { WaitsForNews: false } =>
                    new ConsumerGroupHeartbeatResponse { ErrorCode = ErrorCode.UnknownMemberId },
                _ => null,
            };
            isRefused |= answer is not null;
            return answer;
        };
        await trial.UntilAsync(() => second.Heard.Contains($"!{second.Heard.First()[1..]}"));
        Assert.Equal(1, recorded.Sum("streamlog.consumer.rebalances", lost, ("group", "g")));
    }

    private protected Task<GroupTrial> StartAsync(int partitions) =>
        GroupTrial.StartAsync(
            partitions, isClassic: isClassic, wrap: isFar ? static broker => new WireBroker(broker) : null);
}
