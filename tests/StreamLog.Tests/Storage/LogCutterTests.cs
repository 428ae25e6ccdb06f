using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class LogCutterTests
{
    [Fact]
    public void A_flush_and_a_checkpoint_beside_a_cut_promise_nothing_of_what_is_cut()
    {
        SimulatedDisk disk = new();
        HookedFiles files = new(disk);
        LogHarness before = new(files);
        foreach (string value in new[] { "a", "b", "c" })
            before.Append(value);
        before.Flush();
        before.Directory.WriteCheckpoints();
        before.Append("d");
        int beside = 0;
        files.AfterSyncDirectory = _ =>
        {
            beside++;
            before.Flush();
            before.Directory.WriteCheckpoints();
        };

        before.Log.TruncateTo(1);
        before.Directory.Tick();
        LogHarness after = new(disk.Crash());

        Assert.Equal(1, beside);
        Assert.Null(after.Log.Failure);
        Assert.Equal([(0, "a")], after.ReadAll());
    }

    [Fact]
    public void What_a_cut_leaves_becomes_durable_although_the_flush_of_it_overlapped()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        disk.HoldFlushes();
        log.Append("a");
        log.Append("b");
        log.Flush();

        log.Log.TruncateTo(1);
        disk.ReleaseFlushes();

        Assert.Equal(1, log.Log.DurableOffset);
    }

    [Fact]
    public void A_cut_that_could_not_be_finished_takes_the_log_offline()
    {
        HookedFiles files = new(new SimulatedDisk());
        LogHarness log = new(files);
        log.Append("a");
        log.Append("b");
        log.AppendAndDispose(LogHarness.Batch("c"), epoch: 1);
        files.BeforeOpen = path =>
        {
            if (path.Contains(LogFileNames.LeaderEpochs, StringComparison.Ordinal))
                throw StorageErrors.DiskFull("full");
        };

        Assert.Throws<StreamLogException>(() => log.Log.TruncateTo(1));

        Assert.False(log.Log.IsOnline);
    }

    [Fact]
    public void A_trim_frees_the_space_of_its_segments_although_the_epochs_cannot_be_written()
    {
        SimulatedDisk disk = new();
        HookedFiles files = new(disk);
        LogHarness log = new(files, new LogConfig { SegmentBytes = 100 });
        foreach (string value in new[] { "a", "b", "c" })
            log.Append(value);
        log.Flush();
        files.BeforeOpen = path =>
        {
            if (path.Contains(LogFileNames.LeaderEpochs, StringComparison.Ordinal))
                throw StorageErrors.DiskFull("full");
        };

        log.Log.TrimTo(2);

        Assert.Single(disk.ListAll(), path => path.EndsWith(".log", StringComparison.Ordinal));
        LogHarness after = new(disk.Crash(), log.Config);
        Assert.Equal([(2, "c")], after.ReadAll());
    }

    [Fact]
    public async Task Trims_beside_one_another_never_lower_the_start()
    {
        for (int round = 0; round < 50; round++)
        {
            InMemoryFileSystem files = new(long.MaxValue);
            LogHarness log = new(files, new LogConfig { SegmentBytes = 100 });
            for (int i = 0; i < 20; i++)
                log.Append("a");

            await Task.WhenAll(Enumerable.Range(0, 4).Select(first => Task.Run(
                () =>
                {
                    for (int offset = first + 1; offset <= 16; offset += 4)
                        log.Log.TrimTo(offset);
                },
                TestContext.Current.CancellationToken)));

            Assert.Equal(16, log.Log.LogStartOffset);
            Assert.Equal(16, log.Log.Segments[0].BaseOffset);
            Assert.Equal([(16, "a"), (17, "a"), (18, "a"), (19, "a")], log.ReadAll());
            Assert.Equal(16, SavedStart(files));
        }
    }

    [Fact]
    public void A_checkpoint_that_was_begun_before_a_trim_does_not_take_it_back()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        LogState old = new(
            LogHarness.Orders, LogHarness.TopicId, "/data/orders-0", log.Config, new LogDirectorySettings())
        {
            LogStartOffset = 5,
        };
        DirectoryCheckpoints checkpoints = new(disk, LogHarness.Root, NullLogger.Instance);

        checkpoints.SaveLogStart(log.Log.State, 10);
        checkpoints.Save([old]);

        Assert.Equal(10, SavedStart(disk));
    }

    // A partition of the same name may come after it, and must not begin there.
    [Fact]
    public void The_start_of_a_log_that_was_closed_meanwhile_is_not_noted()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        DirectoryCheckpoints checkpoints = new(disk, LogHarness.Root, NullLogger.Instance);
        log.Log.Close();
        checkpoints.Forget([LogHarness.Orders]);

        Assert.Throws<StreamLogException>(() => checkpoints.SaveLogStart(log.Log.State, 10));

        Assert.Equal(0, checkpoints.Get(LogHarness.Orders).LogStart);
    }

    [Fact]
    public void A_flush_that_outlives_its_log_leaves_the_next_one_of_that_name_alone()
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 100 };
        LogHarness log = new(disk, small);
        disk.HoldFlushes();
        log.Append("a");
        log.Append("b");
        log.Flush();

        log.Directory.DeletePartitions([LogHarness.Orders]);
        log.Directory.OpenPartition(LogHarness.Orders, Guid.Empty, small);
        disk.ReleaseFlushes();

        Assert.DoesNotContain(disk.ListAll(), path => path.EndsWith(".index", StringComparison.Ordinal));
        Assert.DoesNotContain(disk.ListAll(), path => path.EndsWith(".snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flush_writes_nothing_beside_segments_that_were_trimmed_meanwhile()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { SegmentBytes = 100 });
        disk.HoldFlushes();
        foreach (string value in new[] { "a", "b", "c" })
            log.Append(value);
        log.Flush();

        log.Log.TrimTo(2);
        disk.ReleaseFlushes();

        Assert.Equal(3, log.Log.DurableOffset);
        Assert.DoesNotContain(disk.ListAll(), path => path.EndsWith(".index", StringComparison.Ordinal));
        Assert.Equal(
            [LogFileNames.PathOf("/data/orders-0", 2, LogFileNames.Snapshot)],
            disk.ListAll().Where(path => path.EndsWith(LogFileNames.Snapshot, StringComparison.Ordinal)));
    }

    // What is known of producers would else come to the disk with the flush of the segments that go.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_retry_is_known_after_a_trim_of_what_was_not_flushed_and_a_crash(long start)
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 100 };
        LogHarness log = new(disk, small);
        for (int sequence = 0; sequence < 3; sequence++)
            log.AppendIdempotent(7, 0, sequence, "a");

        log.Log.TrimTo(start);
        LogHarness after = new(disk.Crash(), small);
        AppendResult retried = after.AppendIdempotent(7, 0, (int)start - 1, "a");

        Assert.Equal((start, start), (after.Log.LogStartOffset, after.Log.LogEndOffset));
        Assert.True(retried.IsDuplicate);
        Assert.Equal(start - 1, retried.LastOffset);
    }

    private static long SavedStart(IFileSystem files) =>
        new DirectoryCheckpoints(files, LogHarness.Root, NullLogger.Instance).Get(LogHarness.Orders).LogStart;
}
