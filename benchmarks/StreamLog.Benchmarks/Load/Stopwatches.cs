using System.Diagnostics;

namespace StreamLog.Benchmarks.Load;

/// <summary>Takes the time, the processor time and the allocations of a piece of work.</summary>
internal static class Stopwatches
{
    public static async Task<Measurement> MeasureAsync(
        long operations, Func<Task> work, Func<IReadOnlyList<double>>? latencies = null)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();

        await work();

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        return new Measurement(operations, elapsed, cpu, allocated, latencies?.Invoke() ?? []);
    }

    /// <summary>Lets a number of tasks repeat an operation for a while, and takes the time of each one.</summary>
    public static async Task<Measurement> DriveAsync(int tasks, TimeSpan duration, Func<Task> operation)
    {
        // Set aside before the measurement, so that the lists' growth does not count as allocation.
        List<double>[] times = [.. Enumerable.Range(0, tasks).Select(_ => new List<double>(1 << 15))];
        bool stop = false;

        Measurement measured = await MeasureAsync(1, async () =>
        {
            Task[] running = [.. times.Select(list => Task.Run(async () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    long begun = Stopwatch.GetTimestamp();
                    await operation();
                    list.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
                }
            }))];
            await Task.Delay(duration);
            Volatile.Write(ref stop, true);
            await Task.WhenAll(running);
        });

        double[] all = [.. times.SelectMany(list => list).Order()];
        return measured with { Operations = all.Length, LatenciesUs = all };
    }
}
