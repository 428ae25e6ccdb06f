using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: no loss of power, at no moment and whatever it takes of what was not synced, loses an acknowledged record,
// tears one, or gives one twice. Method: a workload that rolls, checkpoints, truncates, trims, applies retention and
// restarts is run once for each operation that changes the disk, with the power cut there; then every combination of
// unsynced operations, or a thousand drawn ones, is left.
public sealed class CrashSweepTests
{
    [Theory]
    [InlineData(2048, null)]
    [InlineData(2048, CompressionType.Gzip)] // Each batch is stored otherwise than it came.
    [InlineData(1, null)] // Each file is closed for another one, and flushed for it where that is due.
    public void A_power_cut_at_any_write_loses_nothing_that_was_acknowledged(
        int openFilesMax, CompressionType? compression)
    {
        LogDirectorySettings settings = new() { NodeId = 1, OpenFilesMax = openFilesMax };
        LogConfig config = new() { SegmentBytes = 420, IndexIntervalBytes = 100, Compression = compression };
        SimulatedDisk whole = new();
        new CrashWorkload { Settings = settings, Config = config }.Run(whole);
        long points = whole.MutationCount;
        Assert.True(points > 200);

        long outcomes = 0;
        for (long point = 0; point <= points; point++)
        {
            SimulatedDisk disk = new();
            disk.CutPowerAfter(point);
            CrashWorkload workload = new() { Settings = settings, Config = config };
            workload.Run(disk);
            foreach (SimulatedDisk left in disk.CrashExhaustively())
            {
                outcomes++;
                try
                {
                    workload.Check(left);
                }
                catch (Exception error)
                {
                    throw new InvalidOperationException($"Cut after {point} of {points} operations. " +
                        $"{left.Origin}", error);
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{points} cut points, {outcomes} outcomes.");
        Assert.True(outcomes > points);
    }
}
