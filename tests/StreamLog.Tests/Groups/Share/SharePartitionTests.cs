using StreamLog.Groups.Share;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Groups.Share;

/// <summary>Which records of a partition a share group has done, has, and is to get.</summary>
public sealed class SharePartitionTests
{
    private const int Lock = 30_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Fact]
    public void Records_go_to_one_member_each()
    {
        SharePartition partition = New();

        Assert.Equal("0-2 x1", Text(partition.Acquire("a", Read(0, 10), 3, 0)));
        Assert.Equal(3, partition.FindNext());
        Assert.Equal("3-9 x1", Text(partition.Acquire("b", Read(0, 10), 100, 0)));
        Assert.Equal("", Text(partition.Acquire("c", Read(0, 10), 100, 0)));
        Assert.Equal(10, partition.FindNext());
        Assert.Equal((0, 10), (partition.StartOffset, partition.EndOffset));
    }

    [Fact]
    public void What_is_done_moves_the_start_once_nothing_is_left_before_it()
    {
        SharePartition partition = New();
        partition.Acquire("a", Read(0, 10), 100, 0);

        Assert.Equal(ErrorCode.None, Say(partition, "a", (2, 4, 1)));
        Assert.Equal((0, 3), (partition.StartOffset, partition.CompleteCount));
        Assert.Equal(ErrorCode.None, Say(partition, "a", (0, 1, 1), (5, 5, 3)));
        Assert.Equal((6, 0), (partition.StartOffset, partition.CompleteCount));
    }

    [Fact]
    public void A_released_record_is_delivered_again_until_it_has_had_its_chances()
    {
        SharePartition partition = New();
        for (int delivery = 1; delivery <= 5; delivery++)
        {
            Assert.Equal(0, partition.FindNext());
            Assert.Equal($"0-0 x{delivery}", Text(partition.Acquire("a", Read(0, 1), 10, 0)));
            Assert.Equal(ErrorCode.None, Say(partition, "a", (0, 0, 2)));
        }

        Assert.Equal((1, 1), (partition.StartOffset, partition.FindNext()));
    }

    [Fact]
    public void A_lock_runs_out_unless_it_is_renewed()
    {
        SharePartition partition = New();
        partition.Acquire("a", Read(0, 2), 10, 0);
        Assert.Equal(Lock, partition.NextDeadlineMs);
        Assert.Equal(ErrorCode.None, Say(partition, "a", 20_000, (0, 0, 4)));
        Assert.False(partition.Expire(Lock - 1));
        Assert.True(partition.Expire(Lock));

        Assert.Equal("1-1 x2", Text(partition.Acquire("b", Read(0, 2), 10, Lock)));
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "a", Lock, (1, 1, 1)));
        Assert.Equal(ErrorCode.None, Say(partition, "a", Lock, (0, 0, 1)));

        // The clock may be there before the timer.
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "b", 2 * Lock, (1, 1, 1)));
    }

    [Fact]
    public void A_member_that_leaves_gives_back_what_it_has_as_if_it_had_not_had_it()
    {
        SharePartition partition = New();
        partition.Acquire("a", Read(0, 4), 2, 0);
        partition.Acquire("b", Read(0, 4), 2, 0);
        string before = Written(partition);

        Assert.True(partition.Release("a"));
        Assert.False(partition.Release("a"));
        Assert.Equal(before, Written(partition));
        Assert.Equal("0-1 x1", Text(partition.Acquire("c", Read(0, 4), 10, 0)));
    }

    [Fact]
    public void Bad_acknowledgements_change_nothing()
    {
        SharePartition partition = New();
        partition.Acquire("a", Read(0, 5), 5, 0);
        partition.Acquire("b", Read(5, 10), 5, 0);
        Say(partition, "a", (0, 1, 1));
        string before = Written(partition);

        Assert.Equal(ErrorCode.InvalidRequest, Say(partition, "a", (4, 10, 1)));
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "a", (2, 5, 1)));
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "a", (0, 0, 1)));
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "a", (1, 2, 1)));
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "a", (2, 2, 1), (5, 5, 1)));
        Assert.Equal(ErrorCode.InvalidRecordState, Say(partition, "c", (2, 2, 2)));
        Assert.Equal(before, Written(partition));
    }

    [Theory]
    [InlineData(3, 2, "1", "ends before")]
    [InlineData(-1, 2, "1", "ends before")]
    [InlineData(1, 2, "", "one type")]
    [InlineData(1, 3, "1 1", "one type")]
    [InlineData(1, 1, "4", "0 to 3")]
    [InlineData(1, 1, "-1", "0 to 3")]
    public void What_is_no_acknowledgement_is_found(long first, long last, string types, string fault)
    {
        AcknowledgedRun run = new(
            first, last, [.. types.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(sbyte.Parse)]);

        Assert.Contains(fault, AcknowledgedRun.FindFault([run], mayRenew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Acknowledgements_that_overlap_or_come_out_of_order_are_found()
    {
        Assert.NotNull(AcknowledgedRun.FindFault([new(0, 3, [1]), new(3, 5, [1])], mayRenew: true));
        Assert.NotNull(AcknowledgedRun.FindFault([new(4, 5, [1]), new(0, 3, [1])], mayRenew: true));
        Assert.Null(AcknowledgedRun.FindFault([new(0, 3, [1]), new(4, 5, [1, 4])], mayRenew: true));
    }

    [Fact]
    public void Where_there_is_no_record_nothing_is_delivered()
    {
        SharePartition partition = New();
        ReadOffsets read = new(0, 20, [(3, 5), (8, 8)]);

        Assert.Equal("3-5 x1, 8-8 x1", Text(partition.Acquire("a", read, 100, 0)));
        Assert.Equal(3, partition.StartOffset);
        Say(partition, "a", (3, 5, 1));
        Assert.Equal(8, partition.StartOffset);
        Say(partition, "a", (8, 8, 1));
        Assert.Equal((20, 20), (partition.StartOffset, partition.FindNext()));
    }

    [Fact]
    public void No_more_is_under_way_than_may_be()
    {
        SharePartition partition = New(new ShareSettings { MaxRecordLocks = 4 });

        Assert.Equal("0-3 x1", Text(partition.Acquire("a", Read(0, 10), 100, 0)));
        Assert.Equal(-1, partition.FindNext());
        Say(partition, "a", (1, 1, 1));
        Assert.Equal(-1, partition.FindNext());
        Say(partition, "a", (0, 0, 1));
        Assert.Equal(4, partition.FindNext());
        Assert.Equal("4-5 x1", Text(partition.Acquire("a", Read(4, 10), 100, 0)));
    }

    [Fact]
    public void What_the_log_has_let_go_of_is_over()
    {
        SharePartition partition = New();
        partition.Acquire("a", Read(0, 10), 100, 0);
        partition.Follow(6, 10);

        Assert.Equal(6, partition.StartOffset);
        Assert.Equal(ErrorCode.None, Say(partition, "a", (4, 7, 1)));
        Assert.Equal(8, partition.StartOffset);
        partition.Follow(30, 30);
        Assert.Equal((30, 30), (partition.StartOffset, partition.FindNext()));

        // A log that was not kept on disk may come back shorter.
        partition.Acquire("a", Read(30, 40), 100, 0);
        partition.Follow(30, 35);
        Assert.Equal((30, 35), (partition.StartOffset, partition.EndOffset));
        partition.Follow(0, 20);
        Assert.Equal((20, 20, 20), (partition.StartOffset, partition.EndOffset, partition.FindNext()));
    }

    [Fact]
    public void Updates_of_kafka_add_to_their_snapshot()
    {
        ShareSnapshotValue snapshot = new()
        {
            SnapshotEpoch = 3,
            StartOffset = 10,
            StateBatches =
            [
                new() { FirstOffset = 10, LastOffset = 12, DeliveryState = 0, DeliveryCount = 2 },
                new() { FirstOffset = 15, LastOffset = 16, DeliveryState = 2, DeliveryCount = 1 },
            ],
        };
        SharePartition partition = new(default, snapshot, new ShareSettings());
        partition.Apply(new ShareUpdateValue { SnapshotEpoch = 2, StartOffset = 16 });
        Assert.Equal((10, 17), (partition.StartOffset, partition.EndOffset));

        partition.Apply(new ShareUpdateValue
        {
            SnapshotEpoch = 3,
            StartOffset = 12,
            StateBatches = [new() { FirstOffset = 12, LastOffset = 12, DeliveryState = 2, DeliveryCount = 3 }],
        });
        Assert.Equal("13-14 x1", Text(partition.Acquire("a", Read(13, 17), 100, 0)));
        Say(partition, "a", (13, 14, 1));
        Assert.Equal(17, partition.StartOffset);
    }

    /// <summary>Goal: whatever members do, and however often the node starts anew: nobody gets what another has, nobody
    /// gets what is done, nothing is delivered more often than it may be, and in the end everything is over.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_record_comes_to_its_end(int seed) => new SharePartitionSimulation(seed).Run();

    private static SharePartition New(ShareSettings? settings = null) =>
        new(new SharePartitionKey("g", Guid.Empty, 0), 0, 0, settings ?? new ShareSettings());

    private static ReadOffsets Read(long from, long end) => new(from, end, [(from, end - 1)]);

    private static ErrorCode Say(
        SharePartition partition, string member, params (long First, long Last, int Type)[] said) =>
        Say(partition, member, now: 0, said);

    private static ErrorCode Say(
        SharePartition partition, string member, long now, params (long First, long Last, int Type)[] said) =>
        partition.Acknowledge(
            member,
            [.. said.Select(run => new AcknowledgedRun(run.First, run.Last, [(sbyte)run.Type]))],
            now,
            out _);

    private static string Text(IEnumerable<DeliveryRun> runs) =>
        string.Join(", ", runs.Select(run => $"{run.First}-{run.Last} x{run.DeliveryCount}"));

    private static string Written(SharePartition partition)
    {
        ShareSnapshotValue value = partition.Snapshot(0, 0);
        return $"{value.StartOffset}: " + string.Join(", ", value.StateBatches.Select(
            batch => $"{batch.FirstOffset}-{batch.LastOffset} {batch.DeliveryState} x{batch.DeliveryCount}"));
    }
}
