using System.Diagnostics;
using StreamLog.Simulation;

namespace StreamLog.Tests.Clients;

/// <summary>Lets virtual time pass while a test waits, so that no test ever waits for a clock.</summary>
internal static class VirtualTime
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pace = Step / 200;
    private static readonly TimeSpan Never = TimeSpan.FromHours(4);

    // How many tests let time pass and stand in the thread pool's queue themselves: no work that is held up.
    private static int _queued;

    public static async Task<T> RunAsync<T>(this SimulatedEnvironment environment, Task<T> task)
    {
        await environment.RunAsync((Task)task);
        return await task;
    }

    public static Task<T> RunAsync<T>(this SimulatedEnvironment environment, ValueTask<T> task) =>
        environment.RunAsync(task.AsTask());

    public static Task RunAsync(this SimulatedEnvironment environment, ValueTask task) =>
        environment.RunAsync(task.AsTask());

    /// <summary>Advances in small steps whenever the thread pool has had its turn, until the task is over.</summary>
    /// <remarks>
    /// Nobody can tell whether a thread of the pool is at work, so time passes no faster than a busy machine needs for
    /// one that is held up: two hundred times as fast as the wall's. What a test asserts must hold however they race.
    /// </remarks>
    public static async Task RunAsync(this SimulatedEnvironment environment, Task task)
    {
        await environment.PassAsync(() => !task.IsCompleted);
        await task;
    }

    /// <summary>The same, until something holds, or has not for so many hours of virtual time that it never will.
    /// </summary>
    public static Task UntilAsync(this SimulatedEnvironment environment, Func<bool> holds)
    {
        DateTimeOffset end = environment.Time.GetUtcNow() + Never;
        return environment.PassAsync(() => environment.Time.GetUtcNow() < end && !holds());
    }

    private static async Task PassAsync(this SimulatedEnvironment environment, Func<bool> goesOn)
    {
        long stepped = Stopwatch.GetTimestamp();
        while (goesOn())
        {
            Interlocked.Increment(ref _queued);
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            int others = Interlocked.Decrement(ref _queued);
            if (Stopwatch.GetElapsedTime(stepped) < Pace || ThreadPool.PendingWorkItemCount > others)
                continue;

            environment.Time.Advance(Step);
            stepped = Stopwatch.GetTimestamp();
        }
    }
}
