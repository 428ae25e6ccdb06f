using System.Collections.Concurrent;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: one write or one flush that fails, whichever it is, costs nothing that was acknowledged, and nothing that was
// acknowledged afterwards either; after a restart everything is whole.
// Method: the workload of the power cuts on a disk that fails the n-th write, or the n-th flush, for every n. A flush
// that failed has lost its pages, as on Linux. Then a restart of the process, and one of the machine.
public sealed class DiskFaultTests : NodeTest
{
    private const int FailuresShown = 10;

    [Theory]
    [InlineData("write")]
    [InlineData("flush")]
    public async Task One_failed_operation_costs_nothing_that_was_acknowledged(string operation)
    {
        int operations = (await RunAsync(operation, int.MaxValue)).Seen;
        Assert.InRange(operations, 20, 2000);

        ConcurrentQueue<string> failures = new();
        await Parallel.ForAsync(1, operations + 1, Stop, async (n, token) =>
        {
            (SimulatedDisk disk, PowerCutLedger ledger, int _) = await RunAsync(operation, n);
            SimulatedDisk[] restarts =
                [disk.Crash([.. Enumerable.Repeat(true, disk.UnsyncedOperationCount)]), disk.Crash()];
            foreach (SimulatedDisk left in restarts)
            {
                try
                {
                    await new PowerCutVerdict(ledger, left).CheckAsync(again: true)
                        .WaitAsync(TimeSpan.FromSeconds(60), Stop);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    if (failures.Count < FailuresShown)
                        failures.Enqueue($"{operation} {n}: {exception}\n{left.Origin}");
                }
            }
        });

        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    // Fails the n-th operation, and goes on as far as the node lets it.
    private static async Task<(SimulatedDisk Disk, PowerCutLedger Ledger, int Seen)> RunAsync(string operation, int n)
    {
        SimulatedEnvironment environment = new();
        PowerCutLedger ledger = new();
        int seen = 0;
        if (operation == "write")
            environment.Disk.Faults.FailWrites(_ => Interlocked.Increment(ref seen) == n, times: 1);
        else
            environment.Disk.Faults.FailFlushes(_ => Interlocked.Increment(ref seen) == n, times: 1);

        try
        {
            await new PowerCutWorkload(environment, ledger).RunAsync().WaitAsync(TimeSpan.FromSeconds(60), Stop);
        }
        catch (Exception exception) when (exception is IOException or StreamLogException && seen >= n)
        {
            // The step that the fault hit is in doubt.
        }

        return (environment.Disk, ledger, seen);
    }
}
