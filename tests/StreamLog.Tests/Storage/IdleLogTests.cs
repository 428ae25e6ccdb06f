using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Storage.Compaction;
using StreamLog.Tests.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: a log that was opened and not yet read loses nothing and hides nothing, whoever comes to it first. Method: each
// of those who may come is the first one, after files have been taken away that usually make it easy.
public sealed class IdleLogTests
{
    private static readonly LogConfig Small = new() { SegmentBytes = 500, IndexIntervalBytes = 150 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_trim_forgets_no_producer_whose_records_it_takes_away(bool isCrashed)
    {
        // Nobody flushed, so nothing was written beside the segments, and all of them were there by chance.
        SimulatedDisk disk = new();
        LogHarness before = new(disk, Small);
        before.AppendIdempotent(9, 0, 0, "of one producer");
        for (int i = 0; i < 30; i++)
            before.AppendIdempotent(5, 0, i, $"of another {i}");
        LogHarness log = new(disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]), Small);
        Assert.Equal(31, log.Log.DurableOffset);
        log.Log.HighWatermark = 31;

        log.Log.TrimTo(20);

        Assert.True(log.Log.Segments[0].BaseOffset > 5);
        if (isCrashed)
            log = new LogHarness(((SimulatedDisk)log.Environment.Files).Crash(), Small);
        Assert.Equal(20, log.Log.LogStartOffset);
        AppendResult again = log.AppendIdempotent(9, 0, 0, "of one producer");
        Assert.True(again.IsDuplicate, again.Message);
        Assert.Equal(31, log.Log.LogEndOffset);
    }

    // The file ends where a batch does, so only the offsets say that something is missing.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sealed_segment_that_lost_its_last_batch_is_corrupt_to_all_who_look_for_it(bool isCompacted)
    {
        SimulatedDisk disk = new();
        LogConfig config = Small with { IsCompacted = isCompacted, MinCleanableDirtyRatio = 0 };
        CompactionHarness log = new(disk, config);
        log.Append(("a", "1"));
        log.Append(CompactionHarness.BatchOf([("b", "2")], producerId: 7, sequence: 0, timestamp: 5_000));
        string path = Path.Combine(LogHarness.Root, "orders-0", "00000000000000000000.log");
        Assert.True(log.Log.TryRoll());
        log.Append(("c", "3"));
        log.Commit();
        log.Inner.Stop();
        disk.CutFile(path, new RecordBatchHeader(disk.ReadAll(path)).SizeInBytes);
        foreach (string name in disk.ListAll().Where(name => name.EndsWith(".snapshot", StringComparison.Ordinal)))
            disk.DeleteFile(name);
        disk.SyncDirectory("/data/orders-0");

        CompactionHarness after = Reopen(disk, config);
        Assert.Equal(ErrorCode.KafkaStorageError, after.Log.Read(1, 3, 1_000, atLeastOneBatch: true).ErrorCode);

        after = Reopen(disk, config);
        Assert.Throws<CorruptSegmentException>(() => after.Log.FindOffsetByTimestamp(4_000));

        after = Reopen(disk, config);
        Assert.Throws<CorruptSegmentException>(() => after.Log.FindMaxTimestamp());

        after = Reopen(disk, config);
        after.Log.HighWatermark = after.Log.DurableOffset;
        if (isCompacted)
            Assert.NotEmpty(after.Compact().Failures);

        after = Reopen(disk, config);
        AppendResult refused = after.Inner.AppendIdempotent(7, 0, 0, "again");
        Assert.Equal(ErrorCode.KafkaStorageError, refused.ErrorCode);
        Assert.False(after.Log.IsOnline);
    }

    [Fact]
    public void A_record_that_waits_too_long_for_its_compaction_gets_it_after_a_restart_too()
    {
        InMemoryFileSystem files = new(1 << 22);
        LogConfig config = CompactionHarness.Small with { MinCleanableDirtyRatio = 1, MaxCompactionLagMs = 60_000 };
        CompactionHarness log = new(files, config);
        log.Append(("a", "1"));
        log.Append(("a", "2"));
        log.Commit();
        log.Inner.Stop();

        log = new CompactionHarness(files, config);
        log.Environment.Time.Advance(TimeSpan.FromMinutes(2));
        log.Turn();
        log.Turn();

        Assert.Equal((1L, "a", "2"), Assert.Single(log.ReadAll()));
    }

    [Fact]
    public void A_turn_of_compaction_reads_nothing_of_a_log_that_has_nothing_for_it()
    {
        SimulatedDisk disk = new();
        CompactionHarness log = new(disk);
        for (int i = 0; i < 20; i++)
            log.Append(("a", $"{i}"));
        log.Compact();
        log.Inner.Stop();
        CountingFiles counted = new(disk);
        log = new CompactionHarness(counted);
        Assert.True(log.Log.State.Segments.Length > 1);
        counted.Reset();

        log.Turn();

        Assert.Equal(0, counted.OpenedBelow("/data/orders-0/"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_file_is_opened_under_the_gate_of_a_log_that_is_used_for_the_first_time(bool isClean)
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk, Small);
        for (int i = 0; i < 29; i++)
            before.AppendIdempotent(5, 0, i, $"value {i}");
        before.Flush();
        if (isClean)
            before.Stop();
        HookedFiles hooked = new(isClean ? disk : disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]));
        LogHarness log = new(hooked, Small);
        List<string> opened = [];
        List<string> underGate = [];
        hooked.BeforeOpen = path =>
        {
            opened.Add(path);
            if (log.Log.State.Gate.IsHeldByCurrentThread)
                underGate.Add(path);
        };

        Assert.Equal(log.Log.HighWatermark, log.Log.LastStableOffset);
        Assert.Equal(29, log.AppendIdempotent(5, 0, 29, "next").BaseOffset);
        Assert.True(log.Log.TryRoll());

        // The one that the roll creates.
        Assert.True(opened.Count > 1);
        Assert.Equal(["/data/orders-0/00000000000000000030.log"], underGate);
    }

    private static CompactionHarness Reopen(SimulatedDisk disk, LogConfig config)
    {
        CompactionHarness log = new(disk.Crash(), config);
        Assert.True(log.Log.IsOnline);
        return log;
    }
}
