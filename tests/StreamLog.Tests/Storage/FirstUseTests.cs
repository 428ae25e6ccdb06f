using Microsoft.Extensions.Logging;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Tests.Hosting;
using StreamLog.Tests.Node;
using StreamLog.Tests.Storage.Compaction;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: who comes first to a log that was opened without being read gets the right answer, or is told why not, although
// segments go meanwhile, or the disk fails. Method: something is done to the log in the middle of a read.
public sealed class FirstUseTests : IDisposable
{
    private const string Folder = "/data/orders-0";

    private static readonly LogConfig Small = new()
    {
        SegmentBytes = 300,
        IndexIntervalBytes = 100,
        FileDeleteDelayMs = 0,
    };

    private readonly LogLines _lines = new();
    private readonly ILoggerFactory _loggers;

    public FirstUseTests() => _loggers = LoggerFactory.Create(builder => builder.AddProvider(_lines));

    public void Dispose()
    {
        _loggers.Dispose();
        _lines.Dispose();
    }

    // Nothing beside the segments is there, so all of them are read; those at the start go meanwhile.
    [Fact]
    public void The_first_append_comes_through_although_a_trim_takes_segments_away_that_it_reads()
    {
        SimulatedDisk disk = new();
        long start = Fill(disk);
        StepCountingFileSystem files = new(disk);
        LogHarness log = new(files, Small);
        bool isTrimmed = false;
        files.BeforeStep = (_, what) =>
        {
            if (isTrimmed || !log.Log.State.AreProducersRead || what != $"read {PathOf(0)}")
                return;
            isTrimmed = true;
            log.Log.TrimTo(start);
        };

        AppendResult next = log.AppendIdempotent(5, 0, 20, "next");

        Assert.True(isTrimmed);
        Assert.Equal((ErrorCode.None, null, 20), (next.ErrorCode, next.Message, next.BaseOffset));
        Assert.Equal(start, log.Log.LogStartOffset);
        Assert.True(log.AppendIdempotent(5, 0, 20, "next").IsDuplicate);
    }

    [Fact]
    public void Aborts_are_not_said_to_be_none_where_the_log_was_closed()
    {
        LogHarness log = new(new SimulatedDisk(), Small);
        log.Append("a");
        log.Log.State.Segments = [];

        // Once the search has begun nothing but the segments says so.
        log.Log.Close();

        Assert.Throws<StreamLogException>(() => log.Log.AbortedTransactions(0, 1));
        Assert.Throws<StreamLogException>(() => TransactionIndexes.Collect(null!, log.Log.State, 0, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_record_is_found_by_its_time_although_a_compaction_moves_it_meanwhile(bool isLatest)
    {
        SimulatedDisk disk = new();
        LogConfig config = CompactionHarness.Small with { SegmentBytes = 100 };
        CompactionHarness before = new(disk, config);
        long[] times = [1_000, 6_000, 9_000, 5_000];
        for (int i = 0; i < times.Length; i++)
            before.Append(CompactionHarness.BatchOf([("a", $"{i}"), ($"b{i}", $"{i}")], timestamp: times[i]));
        before.Commit();
        before.Inner.Stop();
        StepCountingFileSystem files = new(disk);
        CompactionHarness log = new(files, config);
        bool isCompacted = false;
        files.BeforeStep = (_, what) =>
        {
            if (isCompacted || what != $"read {LogFileNames.PathOf(Folder, 0, LogFileNames.OffsetIndex)}")
                return;
            isCompacted = true;
            Assert.True(log.Compact().SegmentsBefore > 2);
        };

        OffsetAndTimestamp? found = isLatest ? log.Log.FindMaxTimestamp() : log.Log.FindOffsetByTimestamp(4_000);

        Assert.True(isCompacted);
        Assert.Equal(isLatest ? new OffsetAndTimestamp(5, 9_001, 0) : new OffsetAndTimestamp(3, 6_001, 0), found);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_disk_that_fails_at_the_first_append_is_told_of_and_tried_again(bool isStableOffset)
    {
        SimulatedDisk disk = new();
        Fill(disk);
        LogHarness log = new(disk, Small, loggers: _loggers);
        string active = log.Log.State.Segments[^1].File.Path;
        log.Log.HighWatermark = 20;
        disk.Faults.FailReads(path => path == active);

        for (int i = 0; i < 2; i++)
        {
            if (isStableOffset)
                Assert.Equal(0, log.Log.LastStableOffset);
            else
                Assert.Equal(ErrorCode.KafkaStorageError, log.AppendIdempotent(5, 0, 20, "next").ErrorCode);
        }

        Assert.True(log.Log.IsOnline);
        Assert.Equal(active, Assert.Single(log.Directory.Findings).File);
        Assert.Single(_lines.Lines, line => line.Contains(active, StringComparison.Ordinal));
        disk.Faults.Clear();
        Assert.Equal(20, log.Log.LastStableOffset);
        Assert.Equal(20, log.AppendIdempotent(5, 0, 20, "next").BaseOffset);
        Assert.Empty(log.Directory.Findings);
    }

    [Fact]
    public void A_log_whose_last_segment_must_be_read_and_is_corrupt_is_offline_when_it_is_appended_to()
    {
        SimulatedDisk disk = new();
        LogConfig config = Small with { SegmentBytes = 10_000 };
        LogHarness before = new(disk, config);
        for (int i = 0; i < 20; i++)
            before.AppendIdempotent(5, 0, i, $"value {i}");
        before.Stop();
        disk.FlipBit(PathOf(0), 65, 1);
        disk.DeleteFile(LogFileNames.PathOf(Folder, 0, LogFileNames.TimeIndex));
        disk.SyncDirectory(Folder);
        LogHarness log = new(disk, config);
        Assert.True(log.Log.IsOnline);

        AppendResult refused = log.AppendIdempotent(5, 0, 20, "next");

        Assert.Equal(ErrorCode.KafkaStorageError, refused.ErrorCode);
        Assert.Contains(PathOf(0), refused.Message, StringComparison.Ordinal);
        Assert.False(log.Log.IsOnline);
    }

    // Indexes that were read from files count as saved; those of the last segment lose their files at the first append.
    [Fact]
    public void Indexes_whose_files_were_deleted_are_not_given_back()
    {
        LogHarness log = OpenedInOneSegment();

        Assert.True(log.Log.TryRoll());
        for (int turn = 0; turn < 3; turn++)
            log.Log.ForgetIdleIndexes();

        Assert.True(log.Log.State.Segments[0].HasIndexes);
        log.Log.RequestFlush();
        log.Append("next");
        log.Flush();
        for (int turn = 0; turn < 3; turn++)
            log.Log.ForgetIdleIndexes();
        Assert.False(log.Log.State.Segments[0].HasIndexes);
    }

    [Fact]
    public void Indexes_of_a_last_segment_that_is_only_read_are_given_back_too()
    {
        LogHarness log = OpenedInOneSegment();
        Assert.Equal(20, log.ReadAll().Count);
        Assert.True(log.Log.State.Segments[0].HasIndexes);

        for (int turn = 0; turn < 2; turn++)
            log.Log.ForgetIdleIndexes();

        Assert.False(log.Log.State.Segments[0].HasIndexes);
        Assert.Equal(20, log.Append("next").BaseOffset);
        for (int turn = 0; turn < 3; turn++)
            log.Log.ForgetIdleIndexes();
        Assert.True(log.Log.State.Segments[0].HasIndexes);
        Assert.Equal(21, log.ReadAll(maxBytes: 100).Count);
    }

    [Fact]
    public async Task A_disk_that_fails_where_retention_only_looks_takes_nothing_offline()
    {
        SimulatedDisk disk = new();
        Fill(disk);
        LogHarness log = new(disk, Small with { RetentionMs = 1_000 });
        log.Log.HighWatermark = 20;
        log.Environment.Time.Advance(TimeSpan.FromMinutes(1));
        disk.Faults.FailReads(path => path == PathOf(0));

        RetentionReport report = await log.Directory.Retention.ApplyAsync(
            topic: null, TestContext.Current.CancellationToken);

        Assert.Contains(PathOf(0), Assert.Single(report.Failures).Value, StringComparison.Ordinal);
        Assert.True(log.Log.IsOnline);
        disk.Faults.Clear();
        report = await log.Directory.Retention.ApplyAsync(topic: null, TestContext.Current.CancellationToken);
        Assert.Empty(report.Failures);
        Assert.Equal(20, log.Log.LogStartOffset);
    }

    // Or it would say of other batches at these offsets what it says of those that are gone, and take new ones for
    // retries.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_snapshot_from_beyond_the_end_is_gone_for_good_before_others_are_appended_there(bool isCut)
    {
        SimulatedDisk disk = new();
        LogConfig config = Small with { SegmentBytes = 10_000 };
        string snapshot = LogFileNames.PathOf(Folder, 20, LogFileNames.Snapshot);
        LogHarness log = Started(20);
        log.Stop();
        byte[] content = disk.ReadAll(snapshot);
        if (isCut)
        {
            log = new LogHarness(disk, config);
            log.AppendIdempotent(5, 0, 20, "next");
            log.Flush();
            log.Log.TruncateTo(10);
        }
        else
        {
            disk = new SimulatedDisk();
            Started(10).Stop();
            DeleteBeside(disk);
            AtomicFile.Replace(disk, snapshot, content);
            log = new LogHarness(disk, config);
        }

        for (int i = 0; i < 15; i++)
            log.AppendIdempotent(6, 0, i, $"other {i}");
        log.Flush();
        Assert.Equal(25, log.Log.DurableOffset);
        log = new LogHarness(disk.Crash(), config);

        Assert.Equal(25, log.Log.LogEndOffset);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, log.AppendIdempotent(5, 0, 19, "new").ErrorCode);
        Assert.Equal(25, log.AppendIdempotent(5, 0, 10, "new").BaseOffset);

        LogHarness Started(int count)
        {
            LogHarness started = new(disk, config);
            for (int i = 0; i < count; i++)
                started.AppendIdempotent(5, 0, i, $"value {i}");
            return started;
        }
    }

    // Twenty records in a last segment that nobody has appended to since.
    private static LogHarness OpenedInOneSegment()
    {
        SimulatedDisk disk = new();
        LogConfig config = Small with { SegmentBytes = 10_000 };
        LogHarness before = new(disk, config);
        for (int i = 0; i < 20; i++)
            before.Append($"value {i}");
        before.Stop();
        return new LogHarness(disk, config);
    }

    private static string PathOf(long offset) => LogFileNames.PathOf(Folder, offset, LogFileNames.Log);

    // Segments alone, and the offset at which the last one begins.
    private static long Fill(SimulatedDisk disk)
    {
        LogHarness log = new(disk, Small);
        for (int i = 0; i < 20; i++)
            log.AppendIdempotent(5, 0, i, $"value {i}");
        Assert.True(log.Log.Segments.Count > 3);
        long start = log.Log.Segments[^1].BaseOffset;
        log.Stop();
        DeleteBeside(disk);
        return start;
    }

    private static void DeleteBeside(SimulatedDisk disk)
    {
        foreach (string path in disk.ListAll())
        {
            bool isBeside = LogFileNames.OfSegment.Skip(1).Append(LogFileNames.Snapshot)
                .Any(suffix => path.EndsWith(suffix, StringComparison.Ordinal));
            if (isBeside && path.StartsWith(Folder, StringComparison.Ordinal))
                disk.DeleteFile(path);
        }

        disk.SyncDirectory(Folder);
    }
}
