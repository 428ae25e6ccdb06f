using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class RetentionTests
{
    // A batch is a segment.
    private static readonly LogConfig Single = new() { SegmentBytes = 100, FileDeleteDelayMs = 0 };

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_goes_where_nobody_asked_for_it()
    {
        LogHarness log = Filled(Single, "a", "b", "c");

        RetentionReport report = await Apply(log);

        Assert.Equal((1, 0, 0), (report.Partitions, report.Segments, report.Bytes));
        Assert.Equal([(0, "a"), (1, "b"), (2, "c")], log.ReadAll());
    }

    [Fact]
    public async Task The_oldest_segments_go_as_long_as_the_log_keeps_its_size()
    {
        LogHarness log = Filled(Single, "a", "b", "c", "d");
        long one = log.Log.SizeInBytes / 4;

        log.Log.UpdateConfig(Single with { RetentionBytes = (2 * one) + 1 });
        RetentionReport report = await Apply(log);

        // One byte less than two segments would be left without the second.
        Assert.Equal((1, one), (report.Segments, report.Bytes));
        Assert.Equal([(1, "b"), (2, "c"), (3, "d")], log.ReadAll());
        log.Log.UpdateConfig(Single with { RetentionBytes = 2 * one });
        Assert.Equal(1, (await Apply(log)).Segments);
        Assert.Equal(2, log.Log.LogStartOffset);
    }

    [Fact]
    public async Task Segments_go_whose_latest_record_is_too_old()
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20), Single with { RetentionMs = 1000 });
        long now = NowMs(log);
        log.AppendAt(now - 3000, "old");
        log.AppendAt(now - 2000, "old too");
        log.AppendAt(now - 1000, "just within");
        log.AppendAt(now - 5000, "old, and behind what is not");
        Commit(log);

        Assert.Equal(2, (await Apply(log)).Segments);
        Assert.Equal(2, log.Log.LogStartOffset);
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, (await Apply(log)).Segments);
        Assert.Equal((4, 4), (log.Log.LogStartOffset, log.Log.LogEndOffset));
    }

    [Fact]
    public async Task The_active_segment_goes_once_all_of_it_is_old_and_the_log_goes_on()
    {
        LogHarness log = new(new SimulatedDisk(), Single with { SegmentBytes = 10_000, RetentionMs = 1000 });
        log.AppendAt(NowMs(log), "a", "b");
        Commit(log);
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(1001));

        Assert.Equal(1, (await Apply(log)).Segments);

        Assert.Equal((2, 2), (log.Log.LogStartOffset, log.Log.LogEndOffset));
        Assert.Equal(0, (await Apply(log)).Segments);
        log.AppendAt(NowMs(log), "c");
        Assert.Equal([(2, "c")], log.ReadAll());
        log.Flush();
        LogHarness after = new(((SimulatedDisk)log.Environment.Files).Crash(), Single);
        Assert.Equal([(2, "c")], after.ReadAll());
    }

    // Goal: that the log knows its producers does not go with their last records. Method: all goes, while the flush of
    // what was rolled for it has not come yet; then the power.
    [Fact]
    public async Task A_retry_is_known_after_all_records_went()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, Single with { RetentionBytes = 0 });
        log.AppendIdempotent(7, 0, 0, "a");
        log.AppendIdempotent(7, 0, 1, "b");
        Commit(log);
        Assert.Equal(2, (await Apply(log)).Segments);

        LogHarness after = new(disk.Crash(), Single);
        AppendResult retried = after.AppendIdempotent(7, 0, 1, "b");

        Assert.True(retried.IsDuplicate);
        Assert.Equal(1, retried.LastOffset);
    }

    [Fact]
    public void Notes_of_producers_from_earlier_stops_do_not_pile_up()
    {
        SimulatedDisk disk = new();
        for (int i = 0; i < 5; i++)
        {
            LogHarness log = new(disk, new LogConfig());
            log.AppendIdempotent(7, 0, i, "a");
            log.Stop();
        }

        Assert.True(disk.ListAll().Count(
            path => path.EndsWith(LogFileNames.Snapshot, StringComparison.Ordinal)) <= 2);
    }

    [Fact]
    public async Task What_is_not_on_the_disk_stays_whatever_the_high_watermark()
    {
        LogHarness log = Filled(new SimulatedDisk(), Single with { RetentionBytes = 0 }, "a");
        log.Append("b");
        log.Log.HighWatermark = 2;

        await Apply(log);

        Assert.Equal([(1, "b")], log.ReadAll());
    }

    [Fact]
    public async Task A_segment_whose_records_were_deleted_on_request_goes_once_it_is_closed()
    {
        LogHarness log = new(new SimulatedDisk(), Single with { IsDeletable = false });
        log.Append("a");
        Commit(log);
        log.Log.TrimTo(1);
        Assert.Equal(0, (await Apply(log)).Segments);
        log.Append("b");

        Assert.Equal(1, (await Apply(log)).Segments);
        Assert.Equal(1, Assert.Single(log.Log.Segments).BaseOffset);
    }

    [Fact]
    public async Task What_is_not_below_the_high_watermark_stays()
    {
        LogHarness log = Filled(Single with { RetentionMs = 0, RetentionBytes = 0 }, "a", "b", "c");
        log.Log.HighWatermark = 2;
        log.Environment.Time.Advance(TimeSpan.FromDays(1));

        await Apply(log);

        Assert.Equal([(2, "c")], log.ReadAll());
    }

    [Fact]
    public async Task A_log_that_is_only_compacted_is_left_to_compaction()
    {
        LogHarness log = Filled(
            Single with { IsDeletable = false, IsCompacted = true, RetentionMs = 0, RetentionBytes = 0 }, "a", "b");
        log.Environment.Time.Advance(TimeSpan.FromDays(1));

        await Apply(log);

        Assert.Equal([(0, "a"), (1, "b")], log.ReadAll());
    }

    [Fact]
    public void It_comes_by_itself_in_time()
    {
        LogHarness log = new(
            new SimulatedDisk(),
            Single with { RetentionMs = 1000, FileDeleteDelayMs = 60_000 },
            new LogDirectorySettings { NodeId = 1, RetentionCheckInterval = TimeSpan.FromMinutes(5) });
        log.AppendAt(NowMs(log), "a");
        Commit(log);

        log.Environment.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(0, log.Log.LogStartOffset);
        log.Environment.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, log.Log.LogStartOffset);
    }

    [Fact]
    public async Task The_start_is_on_the_disk_before_a_file_loses_its_name()
    {
        SimulatedDisk disk = new();
        LogHarness log = Filled(disk, Single, "a", "b", "c");
        log.Log.UpdateConfig(Single with { RetentionBytes = 0, FileDeleteDelayMs = 60_000 });
        log.Log.HighWatermark = 2;

        await Apply(log);

        // Even if nothing of the directory's names had reached the disk, the start has.
        LogHarness after = new(disk.Crash(), Single);
        Assert.Equal([(2, "c")], after.ReadAll());
        Assert.Single(disk.ListAll(), path => path.EndsWith(".log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_stay_for_their_delay_without_their_names()
    {
        SimulatedDisk disk = new();
        LogHarness log = Filled(disk, Single with { FileDeleteDelayMs = 60_000, RetentionBytes = 0 }, "a", "b");

        await Apply(log);

        Assert.Equal(2, Doomed(disk));
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Equal(2, Doomed(disk));
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Doomed(disk));
        Assert.DoesNotContain(disk.ListAll(), path => path.EndsWith(LogFileNames.Deleted, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_stop_left_of_deleted_files_goes_at_the_next_start()
    {
        SimulatedDisk disk = new();
        LogHarness log = Filled(disk, Single with { FileDeleteDelayMs = 60_000, RetentionBytes = 0 }, "a", "b");
        await Apply(log);
        log.Stop();
        Assert.Equal(2, Doomed(disk));

        LogHarness after = new(disk, Single);

        Assert.Equal(0, Doomed(disk));
        Assert.Equal((2, 2), (after.Log.LogStartOffset, after.Log.LogEndOffset));
    }

    [Fact]
    public void A_reader_in_the_middle_of_a_segment_finishes()
    {
        SimulatedDisk disk = new();
        LogHarness log = Filled(disk, Single, "a", "b", "c");
        StreamLog.Storage.Segment first = log.Log.State.RetainSegment(0)!;

        log.Log.TrimTo(2);

        byte[] bytes = new byte[first.SizeInBytes];
        Assert.Equal(bytes.Length, first.File.Read(bytes, 0));
        using RecordBuffer copy = RecordBuffer.CopyOf(bytes);
        Assert.Equal([(0, "a")], LogHarness.Decode(copy));
        first.Release();
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Log.Read(0, 3, 100, atLeastOneBatch: true).ErrorCode);
    }

    [Fact]
    public async Task A_full_disk_is_reported_and_the_next_turn_tries_again()
    {
        HookedFiles files = new(new SimulatedDisk());
        LogHarness log = Filled(files, Single with { RetentionBytes = 0 }, "a", "b");
        files.BeforeOpen = path =>
        {
            if (path.Contains(DirectoryCheckpoints.LogStarts, StringComparison.Ordinal))
                throw StorageErrors.DiskFull("full");
        };

        RetentionReport report = await Apply(log);

        Assert.Contains("full", Assert.Single(report.Failures).Value, StringComparison.Ordinal);
        Assert.True(log.Log.IsOnline);
        Assert.Equal([(0, "a"), (1, "b")], log.ReadAll());
        files.BeforeOpen = null;
        Assert.Empty((await Apply(log)).Failures);
        Assert.Equal(2, log.Log.LogStartOffset);
    }

    [Fact]
    public async Task What_is_appended_while_it_decides_stays()
    {
        HookedFiles files = new(new SimulatedDisk());
        LogHarness log = new(files, Single with { SegmentBytes = 10_000, RetentionMs = 1000 });
        log.AppendAt(-1, "old");
        Commit(log);
        files.LastWritten = _ =>
        {
            files.LastWritten = null;
            log.AppendAt(-1, "new");
            Commit(log);
            return DateTimeOffset.UnixEpoch;
        };

        Assert.Equal(0, (await Apply(log)).Segments);

        Assert.Null(files.LastWritten);
        Assert.Equal([(0, "old"), (1, "new")], log.ReadAll());
    }

    [Theory]
    [InlineData(-5000, 0, 0)]
    [InlineData(0, -5000, 1)]
    public async Task How_old_a_segment_is_is_found_anew_once_its_end_was_cut(int cutAway, int inItsPlace, int start)
    {
        LogHarness log = new(new SimulatedDisk(), Single with { RetentionMs = 10_000 });
        long now = NowMs(log);
        log.AppendAt(now + cutAway, "cut away");
        Assert.True(log.Log.TryRoll());
        Commit(log);
        Assert.Equal(0, (await Apply(log)).Segments);

        log.Log.TruncateTo(0);
        log.AppendAt(now + inItsPlace, "in its place");
        Assert.True(log.Log.TryRoll());
        Commit(log);
        log.Environment.Time.Advance(TimeSpan.FromSeconds(6));
        await Apply(log);

        Assert.Equal(start, log.Log.LogStartOffset);
    }

    [Fact]
    public async Task What_takes_the_place_of_records_that_are_cut_while_it_decides_stays()
    {
        HookedFiles files = new(new SimulatedDisk());
        LogHarness log = new(files, Single with { RetentionMs = 1000 });
        log.AppendAt(-1, "old");
        log.AppendAt(-1, "old too");
        Commit(log);
        files.LastWritten = _ =>
        {
            files.LastWritten = null;
            log.Log.TruncateTo(0);
            log.AppendAt(NowMs(log), "new");
            Commit(log);
            return DateTimeOffset.UnixEpoch;
        };

        Assert.Equal(0, (await Apply(log)).Segments);

        Assert.Null(files.LastWritten);
        Assert.Equal([(0, "new")], log.ReadAll());
        Assert.Equal(0, (await Apply(log)).Segments);
    }

    [Fact]
    public async Task One_log_that_fails_unforeseen_holds_up_no_other()
    {
        HookedFiles files = new(new SimulatedDisk());
        LogHarness log = new(files, Single with { RetentionMs = 1000 });
        PartitionLog other = log.Directory.OpenPartition(new("orders", 1), LogHarness.TopicId, log.Config);
        foreach (PartitionLog each in (PartitionLog[])[log.Log, other])
        {
            using RecordBuffer batch = LogHarness.Batch(-1, "old");
            Assert.True(each.AppendAsLeader(batch, 0).IsSuccess);
            each.RequestFlush();
            each.HighWatermark = 1;
        }

        files.LastWritten = path => path.Contains("orders-0", StringComparison.Ordinal)
            ? throw new InvalidOperationException("A mistake.")
            : DateTimeOffset.UnixEpoch;

        RetentionReport report = await Apply(log);

        (TopicPartition failed, string reason) = Assert.Single(report.Failures);
        Assert.Equal((LogHarness.Orders, "A mistake."), (failed, reason));
        Assert.Equal((0, 1), (log.Log.LogStartOffset, other.LogStartOffset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public async Task An_index_that_lies_about_times_deletes_nothing_young(int keptBytes)
    {
        SimulatedDisk disk = new();
        LogConfig config = Single with { SegmentBytes = 300, IndexIntervalBytes = 0 };
        LogHarness before = new(disk, config);
        long now = NowMs(before);
        before.AppendAt(now - 5000, "old");
        before.AppendAt(now, "young");
        for (int i = 0; i < 4; i++)
            before.AppendAt(now, "more");
        before.Flush();
        before.Stop();
        string index = LogFileNames.PathOf("/data/orders-0", 0, LogFileNames.TimeIndex);
        using (Extensibility.IFile file = disk.Open(index, Extensibility.FileOpenMode.Open))
        {
            // Either the first entry says the oldest time of all, or it is the only one that is left.
            if (keptBytes == 0)
                file.Write(new byte[8], file.Length - TimeIndex.EntrySize);
            else
                file.SetLength(keptBytes);
            file.DataSync();
        }

        LogHarness log = new(disk, config with { RetentionMs = 1000 });
        log.Log.HighWatermark = log.Log.LogEndOffset;
        await Apply(log);

        Assert.Equal(0, log.Log.LogStartOffset);
    }

    [Fact]
    public async Task Records_without_times_are_as_old_as_their_file()
    {
        using PhysicalFileSystem physical = new();
        string root = Directory.CreateTempSubdirectory("streamlog-retention").FullName;
        try
        {
            LogHarness log = new(physical, Single with { RetentionMs = 60_000 }, root: root);
            log.AppendAt(-1, "a");
            log.AppendAt(-1, "b");
            await log.Log.FlushAsync();
            log.Log.HighWatermark = 2;
            DateTime now = log.Environment.Time.GetUtcNow().UtcDateTime;
            foreach (string file in Directory.GetFiles(Path.Combine(root, "orders-0"), "*.log"))
                File.SetLastWriteTimeUtc(file, now);
            File.SetLastWriteTimeUtc(
                LogFileNames.PathOf(Path.Combine(root, "orders-0"), 0, LogFileNames.Log), now.AddMinutes(-2));

            Assert.Equal(1, (await Apply(log)).Segments);
            Assert.Equal(1, log.Log.LogStartOffset);
            await log.Directory.DisposeAsync();
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static int Doomed(SimulatedDisk disk) => disk.ListAll().Count(
        path => path.EndsWith(LogFileNames.Log + LogFileNames.Deleted, StringComparison.Ordinal));

    private static ValueTask<RetentionReport> Apply(LogHarness log) => log.Directory.Maintenance.RunNowAsync(
        RetentionTask.TaskName, stopping => log.Directory.Retention.ApplyAsync(topic: null, stopping), None);

    private static LogHarness Filled(LogConfig config, params string[] values) =>
        Filled(new InMemoryFileSystem(1 << 20), config, values);

    private static LogHarness Filled(Extensibility.IFileSystem files, LogConfig config, params string[] values)
    {
        LogHarness log = new(files, config);
        foreach (string value in values)
            log.AppendAt(NowMs(log), value);
        Commit(log);
        return log;
    }

    private static void Commit(LogHarness log)
    {
        log.Flush();
        log.Log.HighWatermark = log.Log.DurableOffset;
    }

    private static long NowMs(LogHarness log) => log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
