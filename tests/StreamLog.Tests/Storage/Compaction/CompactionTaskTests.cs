using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Compaction;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

public sealed class CompactionTaskTests
{
    [Fact]
    public void The_loop_leaves_alone_what_is_not_dirty_enough()
    {
        CompactionHarness log = new(
            new InMemoryFileSystem(1 << 22), CompactionHarness.Small with { MinCleanableDirtyRatio = 0.5 });
        Assert.Equal((1L, 2L), (log.Append(("a", "1"), ("b", "1")) + 1, log.Append(("a", "2"))));
        log.Compact();
        for (int i = 0; i < 30; i++)
            log.Append(("key " + i, new string('.', 50)));
        log.Compact();
        long before = log.Log.SizeInBytes;

        log.Append(("b", "2"));
        Assert.True(log.Log.TryRoll());
        log.Turn();

        Assert.True(log.Log.SizeInBytes > before);
        Assert.Contains((1, "b", "1"), log.ReadAll());
    }

    [Fact]
    public void The_timer_runs_it()
    {
        CompactionHarness log = new(new InMemoryFileSystem(1 << 22));
        log.Append(("a", "1"));
        log.Append(("a", "2"));
        Assert.True(log.Log.TryRoll());
        log.Commit();

        log.Environment.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal([(1, "a", "2")], log.ReadAll());
    }

    [Fact]
    public void A_record_that_waits_for_longer_than_it_may_is_compacted_though_nothing_comes_after_it()
    {
        CompactionHarness log = new(
            new InMemoryFileSystem(1 << 22),
            CompactionHarness.Small with { MinCleanableDirtyRatio = 1, MaxCompactionLagMs = 60_000 });
        long now = log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        log.Append(CompactionHarness.BatchOf([("a", "1"), ("a", "2")], timestamp: now));
        log.Commit();

        log.Environment.Time.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(2, log.ReadAll().Count);
        log.Environment.Time.Advance(TimeSpan.FromSeconds(45));

        Assert.Equal([(1, "a", "2")], log.ReadAll());
    }

    [Fact]
    public void It_reads_and_writes_no_more_than_it_may()
    {
        LogDirectorySettings settings = new()
        {
            NodeId = 1,
            CompactionBytesPerSecond = 1_000,
            CompactionInterval = TimeSpan.FromDays(1),
        };
        CompactionHarness log = new(
            new InMemoryFileSystem(1 << 22), CompactionHarness.Small with { SegmentBytes = 100_000 }, settings);
        for (int i = 0; i < 50; i++)
            log.Append(("a", new string('.', 100)));
        log.Commit();
        long bytes = log.Log.SizeInBytes;

        ValueTask<CompactionReport> turn = log.Inner.Directory.Compaction.CompactAsync(null, CancellationToken.None);

        // Once for the keys, once for the records: a second for each thousand bytes.
        long seconds = 0;
        while (!turn.IsCompleted)
        {
            Assert.True(seconds < 100);
            log.Environment.Time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }

        Assert.InRange(seconds, 2 * bytes / 1_000, (2 * bytes / 1_000) + 2);
        Assert.Single(log.ReadAll());
    }

    [Fact]
    public async Task A_stop_ends_a_run_and_leaves_nothing_behind()
    {
        LogDirectorySettings settings = new() { NodeId = 1, CompactionBytesPerSecond = 1 };
        InMemoryFileSystem files = new(1 << 22);
        CompactionHarness log = new(files, settings: settings);
        log.Append(("a", "1"));
        log.Append(("a", "2"));
        Assert.True(log.Log.TryRoll());
        log.Commit();
        log.Environment.Time.Advance(TimeSpan.FromSeconds(15));

        await log.Inner.Directory.DisposeAsync().AsTask().WaitAsync(
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        CompactionHarness again = new(files);
        Assert.Equal(2, again.ReadAll().Count);
        Assert.DoesNotContain(again.FileNames(), name => name.Contains(LogFileNames.Cleaned));
    }

    [Fact]
    public void How_far_it_came_is_known_after_a_restart_and_forgotten_with_the_partition()
    {
        InMemoryFileSystem files = new(1 << 22);
        CompactionHarness log = new(files);
        log.Append(("a", "1"));
        log.Append(("a", "2"));
        log.Compact();
        log.Inner.Stop();

        log = new CompactionHarness(files);
        Assert.Equal(2, RangeOf(log).FirstDirtyOffset);
        log.Log.TruncateTo(1);
        Assert.Equal(1, RangeOf(log).FirstDirtyOffset);

        log.Append(("a", "3"));
        log.Compact();
        Assert.Empty(log.Inner.Directory.DeletePartitions([LogHarness.Orders]));
        string path = Path.Combine(LogHarness.Root, DirectoryCheckpoints.Compacted);
        Assert.Empty(OffsetCheckpoint.Decode(AtomicFile.Read(files, path)!)!);
    }

    // What is searched is gone from the list of segments that the search began with.
    [Fact]
    public void A_search_by_time_misses_nothing_that_is_compacted_meanwhile()
    {
        StepCountingFileSystem files = new(new SimulatedDisk());
        CompactionHarness before = new(files);
        before.Append(CompactionHarness.BatchOf([("a", "1")], timestamp: 1_000));
        Assert.True(before.Log.TryRoll());
        before.Append(CompactionHarness.BatchOf([("b", "1"), ("c", "1")], timestamp: 2_000));
        Assert.True(before.Log.TryRoll());
        before.Append(CompactionHarness.BatchOf([("b", "2")], timestamp: 3_000));
        Assert.True(before.Log.TryRoll());
        before.Append(CompactionHarness.BatchOf([("d", "1")], timestamp: 4_000));
        before.Commit();
        before.Inner.Stop();
        CompactionHarness log = new(files);
        string first = LogFileNames.PathOf("/data/orders-0", 0, LogFileNames.TimeIndex);
        int segments = 0;
        files.BeforeStep = (_, step) =>
        {
            if (step != $"read {first}")
                return;
            files.BeforeStep = null;
            log.Compact();
            segments = log.Log.Segments.Count;
        };

        OffsetAndTimestamp? found = log.Log.FindOffsetByTimestamp(2_001);

        Assert.Equal((2, 2), (segments, found?.Offset));
    }

    private static CompactionRange RangeOf(CompactionHarness log)
    {
        DirectoryCheckpoints checkpoints = new(
            log.Files, LogHarness.Root, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        long? known = checkpoints.GetCompacted(LogHarness.Orders);
        return CompactionRange.Find([], known, 0, log.Log.LogEndOffset, log.Log.Config, 0) with
        {
            FirstDirtyOffset = known ?? -1,
        };
    }
}
