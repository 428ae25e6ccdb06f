using System.Globalization;
using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.CrashChild;

/// <summary>What the child does with single files.</summary>
internal static class FileCommands
{
    /// <summary>Writes and flushes a file some times, and says how each flush ended.</summary>
    /// <param name="arguments">The file, how often, and "async" or "sync".</param>
    /// <returns>A task that completes when it is done.</returns>
    public static async Task FlushAsync(string[] arguments)
    {
        using PhysicalFileSystem files = new();
        using IFile file = files.Open(arguments[0], FileOpenMode.CreateNew);
        using IFile other = files.Open(arguments[0], FileOpenMode.Open);
        for (int i = 1; i <= int.Parse(arguments[1], CultureInfo.InvariantCulture); i++)
        {
            file.Write([(byte)i], file.Length);
            await TryAsync($"flush {i}", () => FlushAsync(file, arguments[2])).ConfigureAwait(false);
        }

        await TryAsync("flush of another handle", () => FlushAsync(other, arguments[2])).ConfigureAwait(false);
    }

    /// <summary>Forces the names of a directory to the disk.</summary>
    /// <param name="arguments">The directory.</param>
    /// <returns>A task that completes when it is done.</returns>
    public static Task SyncDirectoryAsync(string[] arguments) => TryAsync("sync", () =>
    {
        using PhysicalFileSystem files = new();
        files.SyncDirectory(arguments[0]);
        return ValueTask.CompletedTask;
    });

    /// <summary>Takes a lock, and holds it until the standard input ends or somebody kills the process.</summary>
    /// <param name="arguments">The file that stands for the lock.</param>
    /// <returns>A task that completes when the standard input ends.</returns>
    public static async Task LockAsync(string[] arguments)
    {
        using PhysicalFileSystem files = new();
        using IDisposable? held = files.TryLock(arguments[0]);
        await SayAsync(held is null ? "refused" : "locked").ConfigureAwait(false);
        await Console.In.ReadToEndAsync().ConfigureAwait(false);
    }

    private static ValueTask FlushAsync(IFile file, string how)
    {
        if (string.Equals(how, "async", StringComparison.Ordinal))
            return file.DataSyncAsync();

        file.DataSync();
        return ValueTask.CompletedTask;
    }

    private static async Task TryAsync(string what, Func<ValueTask> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            await SayAsync($"{what}: done").ConfigureAwait(false);
        }
        catch (FlushFailedException failure)
        {
            await SayAsync($"{what}: failed with {failure.SystemError}").ConfigureAwait(false);
        }
    }

    private static async Task SayAsync(string line)
    {
        await Console.Out.WriteLineAsync(line).ConfigureAwait(false);
        await Console.Out.FlushAsync().ConfigureAwait(false);
    }
}
