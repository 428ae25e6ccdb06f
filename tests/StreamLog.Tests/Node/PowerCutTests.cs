using System.Collections.Concurrent;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: whatever moment the power goes at, and whatever part of the unsynced operations got to the platter, all that
// was acknowledged is there, in order, once, and a producer that sends again does not append twice.
// Method: one workload with some of everything (topics, appends, rolls, commits, settings, partitions, deletions,
// checkpoints, snapshots of the metadata, a clean stop and a second start, retention, compaction, recompression, a
// repair), cut at every operation that changes the disk; for each cut all subsets of the unsynced operations up to 10
// of them, and 1,000 seeded ones above. That takes a long time, so it is done with STREAMLOG_FULL_SWEEP=1; without it
// each cut is tried with none, all, and a few seeded subsets.
public sealed class PowerCutTests : NodeTest
{
    private const string FullSweep = "STREAMLOG_FULL_SWEEP";
    private const int SampledSubsets = 6;
    private const int FailuresShown = 10;

    [Fact]
    public async Task What_was_acknowledged_survives_a_power_cut_at_any_operation()
    {
        bool isFull = Environment.GetEnvironmentVariable(FullSweep) == "1";
        long operations = await CountOperationsAsync();
        Assert.InRange(operations, 100, 5000);

        ConcurrentQueue<string> failures = new();
        int trials = 0;
        await Parallel.ForAsync(0, operations, Stop, async (cut, _) =>
        {
            (SimulatedDisk disk, PowerCutLedger ledger) = await CutAsync(cut);
            IEnumerable<SimulatedDisk> outcomes = isFull ? disk.CrashExhaustively() : Sample(disk, (ulong)cut);
            int outcome = 0;
            foreach (SimulatedDisk left in outcomes)
            {
                if (failures.Count >= FailuresShown)
                    return;

                Interlocked.Increment(ref trials);
                try
                {
                    await new PowerCutVerdict(ledger, left).CheckAsync(again: outcome++ % 3 == 0)
                        .WaitAsync(TimeSpan.FromSeconds(60), Stop);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    failures.Enqueue($"Cut {cut}: {exception.Message}\n{left.Origin}\n{exception.StackTrace}");
                }
            }
        });

        TestContext.Current.SendDiagnosticMessage($"{operations} cuts, {trials} outcomes.");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    private static async Task<long> CountOperationsAsync()
    {
        SimulatedEnvironment environment = new();
        PowerCutWorkload workload = new(environment, new PowerCutLedger());
        await workload.RunAsync();
        Assert.True(workload.Compacted > 0);
        Assert.Equal(2, workload.Lost);
        return environment.Disk.MutationCount;
    }

    private static async Task<(SimulatedDisk Disk, PowerCutLedger Ledger)> CutAsync(long operation)
    {
        SimulatedEnvironment environment = new();
        PowerCutLedger ledger = new();
        environment.Disk.CutPowerAfter(operation);
        try
        {
            await new PowerCutWorkload(environment, ledger).RunAsync().WaitAsync(TimeSpan.FromSeconds(60), Stop);
        }
        catch (Exception exception) when (exception is IOException or StreamLogException or ObjectDisposedException)
        {
            // It had to end somehow. What matters is what it had promised before.
        }

        return (environment.Disk, ledger);
    }

    private static IEnumerable<SimulatedDisk> Sample(SimulatedDisk disk, ulong seed)
    {
        yield return disk.Crash();
        if (disk.UnsyncedOperationCount == 0)
            yield break;

        yield return disk.Crash([.. Enumerable.Repeat(true, disk.UnsyncedOperationCount)]);
        for (ulong i = 0; i < SampledSubsets; i++)
        {
            bool isDamaged = i % 3 == 2;
            CrashOptions options = new() { IsOrdered = i % 3 == 1, CanTear = isDamaged, CanLeaveGarbage = isDamaged };
            yield return disk.Crash((seed * SampledSubsets) + i + 1, options);
        }
    }
}
