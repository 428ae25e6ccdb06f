using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class LogRecoveryTests
{
    private const string LogPath = "/data/orders-0/00000000000000000000.log";

    private static LogConfig SmallSegments => new() { SegmentBytes = 300 };

    [Fact]
    public void A_torn_tail_is_cut()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Flush();
        before.Append("b");
        disk.CutFile(LogPath, disk.ReadAll(LogPath).Length - 1);

        LogHarness after = new(disk.Crash());

        Assert.Equal([(0, "a")], after.ReadAll());
        Assert.Equal(1, after.Append("c").BaseOffset);
        Assert.DoesNotContain(disk.ListAll(), path => path.EndsWith(".cut", StringComparison.Ordinal));
    }

    [Fact]
    public void Sound_batches_behind_a_cut_are_kept_in_a_file_of_their_own()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Flush();
        int flushed = disk.ReadAll(LogPath).Length;
        before.Append("b");
        before.Append("c");
        byte[] written = disk.ReadAll(LogPath);
        SimulatedDisk left = disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
        left.FlipBit(LogPath, flushed + 65, 0);

        LogHarness after = new(left);

        Assert.Equal([(0, "a")], after.ReadAll());
        byte[] kept = left.ReadAll("/data/orders-0/00000000000000000001.cut");
        Assert.Equal(written.Length - flushed, kept.Length);
        Assert.Equal(written.AsSpan(written.Length - 60), kept.AsSpan(kept.Length - 60));
    }

    [Fact]
    public void A_copy_of_what_was_cut_is_never_written_over()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        log.Append("a");
        log.Flush();
        List<byte[]> cuts = [];
        for (int i = 0; i < 3; i++)
        {
            int flushed = disk.ReadAll(LogPath).Length;
            log.Append($"b{i}");
            log.Append($"c{i}");
            disk = disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
            disk.FlipBit(LogPath, flushed + 65, 0);
            cuts.Add(disk.ReadAll(LogPath)[flushed..]);
            log = new LogHarness(disk);
        }

        Assert.Equal([(0, "a")], log.ReadAll());
        Assert.Equal(cuts[0], disk.ReadAll("/data/orders-0/00000000000000000001.cut"));
        Assert.Equal(cuts[1], disk.ReadAll("/data/orders-0/00000000000000000001.1.cut"));
        Assert.Equal(cuts[2], disk.ReadAll("/data/orders-0/00000000000000000001.2.cut"));
    }

    [Fact]
    public void A_name_that_cannot_be_flushed_while_a_log_is_opened_takes_the_directory_offline()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        SimulatedDisk left = disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
        left.Faults.FailFlushes(path => path == "/data/orders-0");

        LogHarness after = new(left);

        Assert.False(after.Log.IsOnline);
        StreamLogException refused = Assert.Throws<StreamLogException>(
            () => after.Directory.OpenPartition(new TopicPartition("others", 0), Guid.Empty, new LogConfig()));
        Assert.Equal(ErrorCode.KafkaStorageError, refused.ErrorCode);
        Assert.Contains("is offline", refused.Message);
    }

    [Fact]
    public async Task Corruption_below_a_flush_mark_is_neither_served_nor_appended_to_and_leaves_the_others_alone()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        TopicPartition other = new("others", 3);
        PartitionLog others = before.Directory.OpenPartition(other, Guid.Empty, new LogConfig());
        using (StreamLog.Protocol.RecordBuffer batch = LogHarness.Batch("x"))
            others.AppendAsLeader(batch, 0);
        others.RequestFlush();
        before.Append("a");
        int position = disk.ReadAll(LogPath).Length;
        before.Append("b");
        before.Append("c");
        before.Flush();
        before.Directory.Tick(); // Forces the marks to disk.
        SimulatedDisk left = disk.Crash();
        byte[] bytes = left.ReadAll(LogPath);
        left.FlipBit(LogPath, position + 65, 3);

        LogHarness after = new(left);
        PartitionLog othersAfter = after.Directory.OpenPartition(other, Guid.Empty, new LogConfig());

        // What is below the mark is not read at the start; whoever needs it finds out.
        Assert.Equal(ErrorCode.None, after.Log.Read(0, 3, 10, true).ErrorCode);
        LogReadResult refused = after.Log.Read(1, 3, 100, true);
        Assert.Equal(ErrorCode.KafkaStorageError, refused.ErrorCode);
        Assert.Contains($"{LogPath} is corrupt at byte {position} (offset 1", refused.Message);
        Assert.Equal(ErrorCode.KafkaStorageError, after.Append("d").ErrorCode);
        Assert.Contains($"{LogPath} is corrupt at byte {position} (offset 1", after.Log.Failure!.Message);
        Assert.Equal([(0, "x")], LogHarness.ReadAll(othersAfter));
        Assert.Equal(bytes.Length, left.ReadAll(LogPath).Length);

        // A stop in order with one partition offline does not pass its corruption off as sound.
        await after.Directory.DisposeAsync();
        Assert.Equal(ErrorCode.KafkaStorageError, new LogHarness(left).Append("d").ErrorCode);
    }

    [Fact]
    public void A_flushed_segment_that_is_missing_is_named_by_whoever_reads_where_it_was()
    {
        SimulatedDisk disk = new();
        LogHarness before = WithManySegments(disk);
        long middle = before.Log.Segments[3].BaseOffset;
        disk.LoseFile($"/data/orders-0/{middle:D20}.log");

        LogHarness after = new(disk.Crash(), SmallSegments);

        long next = after.Log.Segments[3].BaseOffset;
        for (long offset = 0; offset < 30; offset++)
        {
            LogReadResult read = after.Log.Read(offset, 30, 1, atLeastOneBatch: true);
            bool isMissing = offset >= middle && offset < next;
            Assert.Equal(isMissing ? ErrorCode.KafkaStorageError : ErrorCode.None, read.ErrorCode);
            if (isMissing)
                Assert.Contains($"offset {offset}", read.Message);
            read.Records.Dispose();
        }
    }

    [Fact]
    public void A_flushed_end_that_is_missing_leaves_the_partition_offline()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        int length = disk.ReadAll(LogPath).Length;
        before.Append("b");
        before.Flush();
        before.Directory.Tick();
        disk.CutFile(LogPath, length);

        LogHarness after = new(disk.Crash());

        Assert.False(after.Log.IsOnline);
        Assert.Contains($"byte {length} (offset 1)", after.Log.Failure!.Message);
    }

    [Fact]
    public void After_a_failed_flush_what_was_read_back_is_written_again_before_it_is_served()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Flush();
        disk.Faults.FailFlushes(path => path == LogPath, times: 1);
        before.Append("b");
        before.Flush();
        before.Log.Close();
        before.Stop();
        disk.Faults.Clear();

        // The same machine goes on: its memory still holds what the disk refused.
        LogHarness again = new(disk);
        List<(long, string)> served = again.ReadAll();

        Assert.Equal(served, new LogHarness(disk.Crash()).ReadAll());
    }

    [Fact]
    public void What_a_scan_rewrote_stays_what_it_was_when_the_power_goes_during_the_scan()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Flush();
        before.Append("b", "c");
        SimulatedDisk left = disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
        for (int point = 0; point < 30; point++)
        {
            SimulatedDisk once = left.Crash();
            once.CutPowerAfter(point);
            try
            {
                _ = new LogHarness(once);
            }
            catch (StreamLogException)
            {
            }

            foreach (SimulatedDisk twice in once.CrashExhaustively(100))
                Assert.Equal([(0, "a"), (1, "b"), (2, "c")], new LogHarness(twice).ReadAll());
        }
    }

    [Fact]
    public void Page_cache_writes_reach_the_disk_within_the_flush_interval()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk, new LogConfig { Durability = Durability.PageCache });
        before.Append("a");
        Assert.Equal(0, before.Log.DurableOffset);

        before.Environment.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, before.Log.DurableOffset);
        Assert.Equal([(0, "a")], new LogHarness(disk.Crash()).ReadAll());
    }

    [Fact]
    public async Task An_index_from_before_the_last_appends_is_not_believed_after_a_roll_and_a_crash()
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 300 };
        LogHarness first = new(disk, small);
        first.AppendAt(1_000, "a");
        await first.Directory.DisposeAsync();
        LogHarness second = new(disk, small);
        second.AppendAt(2_000, "b");
        second.Flush();
        second.Directory.Tick();
        second.AppendAt(1_500, new string('c', 200));
        Assert.Equal([0, 2], second.Log.Segments.Select(segment => segment.BaseOffset));

        LogHarness after = new(disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]), small);

        Assert.Equal(1, after.Log.FindOffsetByTimestamp(1_700)!.Value.Offset);
    }

    [Fact]
    public void Lost_leader_epochs_are_built_anew_from_the_batches()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Log.AssignEpochStart(4);
        before.AppendAndDispose(LogHarness.Batch("b"), epoch: 4);
        before.Flush();
        disk.LoseFile("/data/orders-0/leader-epoch-checkpoint");

        LogHarness after = new(disk.Crash());

        Assert.Equal(4, after.Log.LatestEpoch);
        Assert.Equal((0, 1), after.Log.EndOffsetForEpoch(3));
        Assert.Equal((4, 2), after.Log.EndOffsetForEpoch(4));
    }

    [Fact]
    public void A_flushed_segment_that_is_missing_at_the_start_leaves_the_partition_offline()
    {
        SimulatedDisk disk = new();
        LogHarness before = WithManySegments(disk);
        disk.LoseFile(LogPath);

        LogHarness after = new(disk.Crash(), SmallSegments);

        Assert.False(after.Log.IsOnline);
        Assert.Contains(LogPath, after.Log.Failure!.Message);
    }

    [Fact]
    public void What_a_kill_left_can_be_read_although_the_disk_is_full()
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 100 };
        LogHarness before = new(disk, small);
        before.Append("a");
        before.Append("b");
        SimulatedDisk left = disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
        left.Faults.FillUpAfter(0);

        LogHarness after = new(left, small);

        Assert.Null(after.Log.Failure);
        Assert.Equal([(0, "a"), (1, "b")], after.ReadAll());
    }

    [Fact]
    public void A_disk_that_fails_in_the_middle_of_a_cut_leaves_the_partition_offline()
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 100 };
        LogHarness before = new(disk, small);
        before.Append("a");
        before.Append("b");
        before.Append("c");
        SimulatedDisk left = disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
        left.FlipBit(LogPath, 65, 0);
        left.Faults.FailWrites(path => path == LogPath);

        LogHarness after = new(left, small);

        Assert.False(after.Log.IsOnline);
    }

    private static LogHarness WithManySegments(SimulatedDisk disk)
    {
        LogHarness log = new(disk, SmallSegments);
        for (int i = 0; i < 30; i++)
            log.Append("a");
        log.Flush();
        log.Directory.WriteCheckpoints();
        return log;
    }
}
