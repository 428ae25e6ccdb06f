using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: what rots in a sealed segment is found in time and told once, nothing sound is ever reported, and reading
// through a log changes nothing of it.
public sealed class ScrubTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public async Task Every_byte_of_a_sealed_segment_is_watched()
    {
        RepairTrial trial = new(isClean: true);
        string[] paths = trial.Segments;
        int length = trial.Disk.ReadAll(paths[1]).Length;
        for (int at = 0; at < length; at++)
        {
            SimulatedDisk disk = trial.Disk.Crash();
            LogHarness log = new(disk, RepairTrial.Config);
            disk.FlipBit(paths[1], at, at % 8);

            ScrubReport report = await log.Directory.Scrub.ScrubAsync("orders", CancellationToken.None);

            ScrubFinding finding = Assert.Single(report.Findings);
            Assert.Equal((LogHarness.Orders, paths[1]), (finding.Partition, finding.File));
            Assert.InRange(at, finding.Position, length);
            Assert.Equal(log.Directory.Findings, report.Findings);
            Assert.True(log.Log.IsOnline);
        }
    }

    [Fact]
    public async Task A_sound_log_gives_no_finding_and_stays_as_it_is()
    {
        RepairTrial trial = new(isClean: true);
        LogHarness log = new(trial.Disk, RepairTrial.Config);
        byte[][] before = [.. trial.Segments.Select(trial.Disk.ReadAll)];

        ScrubReport report = await log.Directory.Scrub.ScrubAsync(topic: null, CancellationToken.None);

        Assert.Equal((1, trial.Segments.Length - 1), (report.Partitions, report.Segments));
        Assert.Equal(before.SkipLast(1).Sum(bytes => bytes.Length), report.Bytes);
        Assert.Empty(report.Findings);
        Assert.Equal(before, trial.Segments.Select(trial.Disk.ReadAll));
    }

    [Fact]
    public async Task A_segment_that_cannot_be_read_is_found_and_a_repair_ends_the_finding()
    {
        RepairTrial trial = new(isClean: true);
        LogHarness log = new(trial.Disk, RepairTrial.Config);
        trial.Disk.Faults.FailReads(path => path == trial.Segments[0]);

        ScrubReport report = await log.Directory.Scrub.ScrubAsync("orders", CancellationToken.None);

        Assert.Contains("Input/output error", Assert.Single(report.Findings).Fault);
        trial.Disk.Faults.Clear();
        log.Directory.RepairPartition(LogHarness.Orders, LogHarness.TopicId, RepairTrial.Config);
        Assert.Empty(log.Directory.Findings);
    }

    [Fact]
    public void A_partition_is_read_when_its_time_has_come_and_not_again_after_a_restart()
    {
        RepairTrial trial = new(isClean: true);
        LogHarness log = new(trial.Disk, RepairTrial.Config);
        trial.Disk.FlipBit(trial.Segments[0], 70, 0);

        log.Environment.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(log.Directory.Findings);
        log.Environment.Time.Advance(Week - TimeSpan.FromHours(1));
        Assert.Empty(log.Directory.Findings);
        log.Environment.Time.Advance(TimeSpan.FromHours(2));
        Assert.Single(log.Directory.Findings);
        log.Stop();

        LogHarness again = new(trial.Disk, RepairTrial.Config);
        again.Environment.Time.JumpWallClock(
            log.Environment.Time.GetUtcNow() - again.Environment.Time.GetUtcNow());
        again.Environment.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(again.Directory.Findings);
        again.Environment.Time.Advance(Week);
        Assert.Single(again.Directory.Findings);
    }

    [Fact]
    public async Task Reading_keeps_to_its_pace()
    {
        RepairTrial trial = new(isClean: true);
        LogDirectorySettings slow = new() { NodeId = 1, ScrubBytesPerSecond = 100 };
        LogHarness log = new(trial.Disk, RepairTrial.Config, slow);
        long bytes = trial.Segments.SkipLast(1).Sum(path => trial.Disk.ReadAll(path).Length);

        Task<ScrubReport> scrub = log.Directory.Scrub.ScrubAsync("orders", CancellationToken.None).AsTask();
        log.Environment.Time.Advance(TimeSpan.FromSeconds((bytes / 100.0) - 1.5));
        Assert.False(scrub.IsCompleted);
        log.Environment.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(bytes, (await scrub).Bytes);
    }

    [Fact]
    public async Task What_is_cut_or_deleted_meanwhile_is_no_damage()
    {
        RepairTrial trial = new(isClean: true);
        LogDirectorySettings slow = new() { NodeId = 1, ScrubBytesPerSecond = 100 };
        LogHarness log = new(trial.Disk, RepairTrial.Config, slow);

        Task<ScrubReport> scrub = log.Directory.Scrub.ScrubAsync("orders", CancellationToken.None).AsTask();
        log.Log.TrimTo(log.Log.Segments[1].BaseOffset);
        log.Log.TruncateTo(log.Log.Segments[1].BaseOffset + 2);
        for (int i = 0; i < 20; i++)
            log.AppendAndDispose(LogHarness.Batch("new"), epoch: 9);
        log.Environment.Time.Advance(TimeSpan.FromHours(1));

        Assert.Empty((await scrub).Findings);
    }
}
