using System.Diagnostics;

namespace StreamLog.Benchmarks.Load;

/// <summary>Takes the time, the processor time and the allocations of a piece of work.</summary>
internal static class Stopwatches
{
    // How many times each task's list of a timed run has room for, so that its growth does not count as allocation.
    private const int TimesMax = 1 << 20;

    public static async Task<Measurement> MeasureAsync(long operations, Func<Task> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        FreeMemory.Warm();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();

        await work();

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        return new Measurement(operations, elapsed, cpu, allocated, []);
    }

    /// <summary>Lets a number of tasks repeat an operation for a while, and takes the time of each one. Its first calls
    /// do not count.</summary>
    public static async Task<Measurement> DriveAsync<T>(int tasks, TimeSpan duration, Func<int, ValueTask<T>> operation)
    {
        List<double>[] times =
            [.. Enumerable.Range(0, tasks).Select(_ => new List<double>(Math.Max(1 << 15, TimesMax / tasks)))];
        await RunAsync(duration / 10);
        foreach (List<double> list in times)
            list.Clear();
        Measurement measured = await MeasureAsync(1, () => RunAsync(duration));

        double[] all = [.. times.SelectMany(list => list).Order()];
        return measured with { Operations = all.Length, LatenciesUs = all };

        async Task RunAsync(TimeSpan duration)
        {
            bool stop = false;
            Task[] running = [.. times.Select((list, task) => Task.Run(async () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    long begun = Stopwatch.GetTimestamp();
                    await operation(task);
                    list.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
                }
            }))];
            await Task.Delay(duration);
            Volatile.Write(ref stop, true);
            await Task.WhenAll(running);
        }
    }

    /// <summary>Lets a number of tasks repeat an operation a number of times, once its first calls are over.</summary>
    public static async Task<Measurement> RepeatAsync<T>(int tasks, int times, Func<int, ValueTask<T>> operation)
    {
        await RunAsync(times / 10);
        return await MeasureAsync((long)tasks * times, () => RunAsync(times));

        Task RunAsync(int times) => Task.WhenAll(Enumerable.Range(0, tasks).Select(task => Task.Run(async () =>
        {
            for (int i = 0; i < times; i++)
                await operation(task);
        })));
    }
}
