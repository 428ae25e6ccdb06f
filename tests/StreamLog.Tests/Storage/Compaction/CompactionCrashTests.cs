using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

// Goal: no loss of power, at no moment of a compaction and whatever it takes of what was not synced, loses a newest
// record, brings back what was deleted twice over, or takes the log offline. Method: a workload that compacts, several
// times and with restarts between, is run once for each operation that changes the disk, with the power cut there; then
// every combination of unsynced operations, or as many drawn ones, is left, recovered, checked and compacted again.
public sealed class CompactionCrashTests
{
    private static readonly LogDirectorySettings Settings = new() { NodeId = 1 };

    [Fact]
    public void A_power_cut_at_any_write_of_a_compaction_leaves_the_log_whole()
    {
        SimulatedDisk whole = new();
        CompactionModel done = new(whole, CompactionHarness.Small, Settings);
        Run(done);
        Assert.Contains(done.Log.Batches(), batch => batch.IsControl);
        long points = whole.MutationCount;

        long outcomes = 0;
        for (long point = 0; point <= points; point++)
        {
            foreach (int subset in Enumerable.Range(0, Subsets))
            {
                outcomes++;
                try
                {
                    CutAndCheck(point, subset);
                }
                catch (Exception error)
                {
                    throw new InvalidOperationException(
                        $"Cut after {point} of {points} operations, outcome {subset}.", error);
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{points} cut points, {outcomes} outcomes.");
        Assert.True(points > 150, $"{points} points");
    }

    private static int Subsets =>
        Environment.GetEnvironmentVariable("STREAMLOG_FULL_SWEEP") == "1" ? 100 : 3;

    private static void CutAndCheck(long point, int subset)
    {
        SimulatedDisk disk = new();
        disk.CutPowerAfter(point);
        CompactionModel? model = null;
        try
        {
            model = new CompactionModel(disk, CompactionHarness.Small, Settings);
            Run(model);
        }
        catch (PowerCutException)
        {
        }
        catch (StreamLogException error) when (error.ErrorCode == ErrorCode.KafkaStorageError)
        {
            // The power went within a call that words the failures of its disk.
        }
        catch (Xunit.Sdk.XunitException) when (disk.MutationCount >= point)
        {
            // And here within one that an assertion was made of.
        }

        if (model is null)
            return;
        model.Log.Log.Close();
        SimulatedDisk left = subset == 0
            ? disk.Crash()
            : disk.Crash((ulong)((point * 1_000) + subset), new CrashOptions { CanTear = true });
        model.Recover(left);
        model.Append(1);
        model.Compact();
        model.Restart();
        model.Check();
    }

    private static void Run(CompactionModel model)
    {
        for (int i = 0; i < 8; i++)
            model.Append(i * 37);
        model.EndTransaction(0);
        model.EndTransaction(1);
        model.Commit();
        model.Compact();
        for (int i = 0; i < 6; i++)
            model.Append(i * 53);
        model.EndTransaction(1);
        model.Commit();
        model.Log.Inner.Directory.WriteCheckpoints();
        model.Wait(7_999);
        model.Wait(7_999);
        model.Compact();
        model.Append(10);
        model.Turn();
        model.Trim(4);
        model.Restart();
        model.Append(11);
        model.Append(12);
        model.Compact();
    }
}
