using StreamLog.Groups;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;
using StreamLog.Simulation;
using StreamLog.Tests.Storage;
using Xunit;

namespace StreamLog.Tests.Groups;

public sealed class OffsetsPartitionTests
{
    private const string Group = "g";

    [Fact]
    public async Task An_answer_waits_for_its_records_and_for_those_before_it()
    {
        Shell shell = new();
        shell.Disk.HoldFlushes();
        Task<string> first = shell.WriteAsync(1, "first");
        Task<string> second = shell.AnswerAsync("second");

        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        Assert.Equal([1], shell.Generations());
        shell.Disk.ReleaseFlushes();

        Assert.Equal("first", await first);
        Assert.Equal("second", await second);
        Assert.Equal("third", await shell.AnswerAsync("third"));
    }

    [Fact]
    public async Task A_later_decision_answers_who_waits()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();
        Assert.False(waits.IsCompleted);

        await shell.Partition.DecideAsync<string>(Group, Refusal, (groups, decision, reply) =>
        {
            ScriptedGroup group = (ScriptedGroup)groups.Find(Group)!;
            decision.Answer(group.Waiting.Single(), "late");
            decision.Answer(reply, "done");
        });

        Assert.Equal("late", await waits);
    }

    [Fact]
    public async Task A_deadline_decides_too_and_one_that_was_put_off_does_not()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync(deadline: 1_000);
        shell.Time.Advance(TimeSpan.FromMilliseconds(900));
        await shell.SetDeadlineAsync(2_000);

        shell.Time.Advance(TimeSpan.FromMilliseconds(1_099));
        Assert.False(waits.IsCompleted);
        Assert.Equal([1], shell.Generations());
        shell.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("expired", await waits);
        Assert.Equal([1, 100], shell.Generations());
    }

    [Fact]
    public async Task A_failed_partition_refuses_all_who_wait_whatever_for()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync(deadline: 1_000);
        shell.Disk.HoldFlushes();
        Task<string> written = shell.WriteAsync(2, "written");

        shell.Replica.Fail(new StreamLogException(ErrorCode.KafkaStorageError, "The disk is gone."));

        Assert.Equal(nameof(ErrorCode.KafkaStorageError), await waits);
        Assert.Equal(nameof(ErrorCode.KafkaStorageError), await written);
        Assert.True(shell.Partition.IsLost);
        Assert.Equal(nameof(ErrorCode.KafkaStorageError), await shell.AnswerAsync("more"));
        shell.Disk.ReleaseFlushes();
    }

    [Fact]
    public async Task A_failure_is_told_to_who_waits_though_nothing_is_being_written()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();

        shell.Replica.Fail(new StreamLogException(ErrorCode.NotLeaderOrFollower, "Somebody else leads."));

        Assert.Equal(nameof(ErrorCode.NotCoordinator), await waits);
    }

    [Fact]
    public async Task Records_that_are_too_large_are_refused_and_change_nothing()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();

        Assert.Equal(
            nameof(ErrorCode.InvalidCommitOffsetSize),
            await shell.WriteAsync(2, "large", GroupLog.BatchBytesMax));

        Assert.False(waits.IsCompleted);
        Assert.False(shell.Partition.IsLost);
        Assert.Equal("3", await shell.WriteAsync(3, "3"));
        Assert.Equal([1, 3], shell.Generations());
    }

    [Fact]
    public async Task A_group_that_went_ahead_of_refused_records_is_loaded_anew()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();

        await shell.WriteAsync(2, "large", GroupLog.BatchBytesMax, isAhead: true);

        Assert.Equal(nameof(ErrorCode.NotCoordinator), await waits);
        Assert.True(shell.Partition.IsLost);
        shell.Open();
        Assert.Equal([1], shell.Generations());
    }

    [Fact]
    public async Task A_decision_that_throws_leaves_nothing_half_decided()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => shell.Partition.DecideAsync<string>(
            Group, Refusal, (_, _, _) => throw new InvalidOperationException()));

        Assert.Equal(nameof(ErrorCode.UnknownServerError), await waits);
        Assert.True(shell.Partition.IsLost);
    }

    [Fact]
    public async Task A_closed_partition_ends_what_is_written_and_refuses_the_rest()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();
        shell.Disk.HoldFlushes();
        Task<string> written = shell.WriteAsync(2, "written");

        shell.Partition.Close(ErrorCode.CoordinatorNotAvailable);

        Assert.Equal(nameof(ErrorCode.CoordinatorNotAvailable), await waits);
        Assert.Equal(nameof(ErrorCode.CoordinatorNotAvailable), await shell.AnswerAsync("more"));
        Assert.False(written.IsCompleted);
        shell.Disk.ReleaseFlushes();
        Assert.Equal("written", await written);
    }

    [Fact]
    public async Task A_hasty_end_answers_who_waits_for_the_disk_too()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        Task<string> waits = shell.WaitAsync();
        shell.Disk.HoldFlushes();
        Task<string> written = shell.WriteAsync(2, "written");
        shell.Partition.Close(ErrorCode.CoordinatorNotAvailable);
        Assert.False(written.IsCompleted);

        shell.Partition.Expire(ErrorCode.CoordinatorNotAvailable);

        Assert.Equal(nameof(ErrorCode.CoordinatorNotAvailable), await waits);
        Assert.Equal(nameof(ErrorCode.CoordinatorNotAvailable), await written);
        shell.Disk.ReleaseFlushes();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_text_too_long_for_its_record_is_refused_and_nothing_is_half_changed(bool isAhead)
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");

        Assert.Equal(nameof(ErrorCode.InvalidRequest), await shell.Partition.DecideAsync<string>(
            Group, Refusal, (_, decision, reply) =>
            {
                decision.Append(ScriptedGroup.Record(Group, 2));
                decision.Append(GroupRecord.Of(
                    new OffsetCommitKey { Group = Group, Topic = new string('x', 40_000) },
                    new OffsetCommitValue()));
                decision.IsAhead = isAhead;
                decision.Answer(reply, "written");
            }));

        Assert.Equal(isAhead, shell.Partition.IsLost);
        if (isAhead)
            shell.Open();
        Assert.Equal([1], shell.Generations());
        Assert.Equal("3", await shell.WriteAsync(3, "3"));
    }

    [Fact]
    public async Task An_answer_that_was_given_is_not_refused_afterwards()
    {
        int refusals = 0;
        GroupReply<string> reply = new(error =>
        {
            refusals++;
            return error.ToString();
        });
        reply.Decide("given");
        reply.Complete();

        reply.Refuse(ErrorCode.UnknownServerError);

        Assert.Equal("given", await reply.Outcome);
        Assert.Equal(0, refusals);
    }

    [Fact]
    public async Task Groups_are_loaded_with_all_their_records_and_forgotten_with_their_end()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "begun");
        await shell.WriteAsync(2, "again");
        await shell.CommitOffsetAsync(7);

        shell.Open();
        Assert.Equal([1, 2], shell.Generations());
        Assert.Equal(0, shell.Partition.Read(groups => ((ScriptedGroup)groups.Find(Group)!).LoadedAt));
        Assert.Equal(7, shell.Partition.Read(groups => groups.Offsets.FindAll(Group).Single().Value.Offset));

        await shell.Partition.DecideAsync<string>(Group, Refusal, (groups, decision, reply) =>
        {
            groups.Find(Group)!.Delete(decision);
            groups.Offsets.Delete(Group, int.MaxValue, decision);
            decision.Answer(reply, "gone");
        });
        Assert.False(shell.Partition.Read(groups => groups.Has(Group)));
        shell.Open();
        Assert.False(shell.Partition.Read(groups => groups.Has(Group)));
    }

    [Fact]
    public async Task An_offset_under_way_is_deleted_with_its_group()
    {
        Shell shell = new();
        shell.Disk.HoldFlushes();
        Task<string> commit = shell.CommitOffsetAsync(7);
        Task<string> deletion = shell.Partition.DecideAsync<string>(Group, Refusal, (groups, decision, reply) =>
        {
            Assert.True(groups.Offsets.Has(Group));
            Assert.Empty(groups.Offsets.FindAll(Group));
            groups.Offsets.Delete(Group, int.MaxValue, decision);
            decision.Answer(reply, "gone");
        });
        shell.Disk.ReleaseFlushes();

        Assert.Equal("committed", await commit);
        Assert.Equal("gone", await deletion);
        Assert.False(shell.Partition.Read(groups => groups.Has(Group)));
    }

    [Fact]
    public async Task A_defect_in_what_is_due_refuses_who_waits_and_ends_no_process()
    {
        Shell shell = new();
        await shell.WriteAsync(1, "written");
        InvalidOperationException defect = new("A mistake.");
        shell.Partition.Read(groups => ((ScriptedGroup)groups.Find(Group)!).Defect = defect);
        Task<string> waiting = shell.WaitAsync(deadline: 1_000);

        shell.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(nameof(ErrorCode.UnknownServerError), await waiting);
        Assert.Equal([defect], shell.Failures);
        Assert.True(shell.Partition.IsLost);
    }

    private static string Refusal(ErrorCode error) => error.ToString();

    /// <summary>A partition over a disk in memory, with one scripted group.</summary>
    private sealed class Shell
    {
        public Shell()
        {
            LogHarness harness = new(Disk);
            Replica = new ReplicatedPartition(harness.Log, Durability.OnCommit, minInSyncReplicas: 1);
            Replica.BecomeLeader(0);
            Open();
        }

        public SimulatedDisk Disk { get; } = new();

        public SimulatedTime Time { get; } = new();

        public ReplicatedPartition Replica { get; }

        public OffsetsPartition Partition { get; private set; } = null!;

        public List<Exception> Failures { get; } = [];

        public void Open() => Partition = new OffsetsPartition(
            Replica,
            ScriptedGroup.Create,
            static () => ClusterImage.Empty,
            Time,
            (_, exception) => Failures.Add(exception));

        public List<int> Generations() => Partition.Read(groups => ((ScriptedGroup)groups.Find(Group)!).Generations);

        public Task<string> WriteAsync(int generation, string answer, int bytes = 0, bool isAhead = false) =>
            Partition.DecideAsync<string>(Group, Refusal, (_, decision, reply) =>
            {
                decision.Append(ScriptedGroup.Record(Group, generation, bytes));
                decision.IsAhead = isAhead;
                decision.Answer(reply, answer);
            });

        public Task<string> AnswerAsync(string answer) => Partition.DecideAsync<string>(
            Group, Refusal, (_, decision, reply) => decision.Answer(reply, answer));

        public Task<string> WaitAsync(long deadline = long.MaxValue) => Partition.DecideAsync<string>(
            Group, Refusal, (groups, _, reply) =>
            {
                ScriptedGroup group = (ScriptedGroup)groups.Find(Group)!;
                group.Waiting.Add(reply);
                group.NextDeadlineMs = deadline;
            });

        public Task<string> SetDeadlineAsync(long deadline) => Partition.DecideAsync<string>(
            Group, Refusal, (groups, decision, reply) =>
            {
                ((ScriptedGroup)groups.Find(Group)!).NextDeadlineMs = deadline;
                decision.Answer(reply, "set");
            });

        public Task<string> CommitOffsetAsync(long offset) => Partition.DecideAsync<string>(
            Group, Refusal, (_, decision, reply) =>
            {
                decision.Append(GroupRecord.Of(
                    new OffsetCommitKey { Group = Group, Topic = "orders" },
                    new OffsetCommitValue { Offset = offset }));
                decision.Answer(reply, "committed");
            });
    }
}
