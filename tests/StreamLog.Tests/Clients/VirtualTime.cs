using StreamLog.Simulation;

namespace StreamLog.Tests.Clients;

/// <summary>Lets virtual time pass while a test waits, so that no test ever waits for a clock.</summary>
internal static class VirtualTime
{
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
    /// Nobody can tell whether a thread of the pool is at work, so time passes slowly enough for one that is held up.
    /// What a test asserts must hold however they race.
    /// </remarks>
    public static async Task RunAsync(this SimulatedEnvironment environment, Task task)
    {
        while (!task.IsCompleted)
        {
            for (int i = 0; i < 20 && !task.IsCompleted; i++)
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!task.IsCompleted && ThreadPool.PendingWorkItemCount == 0 && environment.Time.TimerCount > 0)
                environment.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await task;
    }
}
