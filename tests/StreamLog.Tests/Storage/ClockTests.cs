using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: a wall clock that goes back (or far ahead, and back) loses nothing, deletes nothing too early and stops no work
// that comes round by itself: what is waited for is counted by a clock that never goes back.
public sealed class ClockTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Times_that_fall_are_found_as_well_as_times_that_rise()
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 200, IndexIntervalBytes = 1 };
        LogHarness log = new(disk, small);
        foreach (long time in (long[])[5_000, 6_000, 1_000, 1_500, 7_000, 7_000, 2_000])
            log.AppendAt(time, "v");
        log.Flush();
        Check(log.Log);
        await log.Directory.DisposeAsync();

        Check(new LogHarness(disk.Crash(), small).Log);
        foreach (string path in disk.ListAll().Where(path => path.EndsWith("index", StringComparison.Ordinal)))
            disk.LoseFile(path);
        Check(new LogHarness(disk.Crash(), small).Log);

        static void Check(PartitionLog log)
        {
            Assert.Equal(0, log.FindOffsetByTimestamp(1_200)!.Value.Offset);
            Assert.Equal(1, log.FindOffsetByTimestamp(5_500)!.Value.Offset);
            Assert.Equal(4, log.FindOffsetByTimestamp(6_500)!.Value.Offset);
            Assert.Null(log.FindOffsetByTimestamp(7_001));
            Assert.Equal(4, log.FindMaxTimestamp()!.Value.Offset);
        }
    }

    [Fact]
    public void Flushes_and_checkpoints_come_round_all_the_same()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { Durability = Durability.PageCache });
        log.Environment.Time.JumpWallClock(-10 * Day);
        log.Append("a");
        log.Environment.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, log.Log.DurableOffset);

        log.Environment.Time.Advance(TimeSpan.FromMinutes(1));
        byte[] points = disk.ReadAll("/data/recovery-point-offset-checkpoint");
        Assert.Contains("orders 0 1\n", System.Text.Encoding.UTF8.GetString(points));
        Assert.Equal([(0, "a")], new LogHarness(disk.Crash()).ReadAll());
    }

    [Fact]
    public void A_producer_is_remembered_for_a_day_by_the_clock_that_saw_it()
    {
        LogHarness log = new(new SimulatedDisk());
        log.AppendIdempotent(7, 0, 0, "a");
        log.Environment.Time.JumpWallClock(-Day);

        log.Environment.Time.Advance(Day + TimeSpan.FromHours(23));
        Assert.True(log.AppendIdempotent(7, 0, 0, "a").IsDuplicate);

        log.Environment.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, log.Log.State.Producers.Count);
    }

    [Fact]
    public void Nothing_is_deleted_for_an_age_that_the_clock_does_not_see_yet()
    {
        SimulatedDisk disk = new();
        LogConfig hour = new() { SegmentBytes = 200, IsDeletable = true, RetentionMs = 3_600_000 };
        LogHarness log = new(disk, hour);
        for (int i = 0; i < 6; i++)
            log.AppendAt(NowMs(log), "v");
        log.Flush();
        log.Log.HighWatermark = log.Log.LogEndOffset;

        log.Environment.Time.JumpWallClock(-Day);
        log.Environment.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, log.Log.LogStartOffset);
        log.AppendAt(NowMs(log), "old by the clock of before");
        log.Flush();
        log.Log.HighWatermark = log.Log.LogEndOffset;

        log.Environment.Time.JumpWallClock(Day);
        log.Environment.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(log.Log.LogStartOffset >= 6);
    }

    [Fact]
    public void No_segment_is_rolled_for_an_age_below_zero()
    {
        LogHarness log = new(new SimulatedDisk(), new LogConfig { SegmentMs = 3_600_000 });
        log.AppendAt(NowMs(log), "a");
        log.AppendAt(-1, "b");
        log.Environment.Time.JumpWallClock(-Day);

        log.AppendAt(NowMs(log), "c");
        log.AppendAt(-1, "d");

        Assert.Single(log.Log.Segments);
        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d")], log.ReadAll());
    }

    private static long NowMs(LogHarness log) => log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
