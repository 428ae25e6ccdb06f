namespace StreamLog.CrashChild;

/// <summary>
/// A process for tests to kill, or to run over a disk that fails: <c>StreamLog.CrashChild command arguments</c>.
/// </summary>
/// <remarks>
/// It says on its standard output what it has done, a line each, flushed at once: what a test has read there has
/// happened.
/// </remarks>
internal static class Program
{
    /// <summary>Each command, by its name.</summary>
    private static readonly Dictionary<string, Func<string[], Task>> Commands = new()
    {
        ["flush"] = FileCommands.FlushAsync,
        ["sync-directory"] = FileCommands.SyncDirectoryAsync,
        ["lock"] = FileCommands.LockAsync,
        ["load"] = Load.RunAsync,
        ["hold"] = Hold.RunAsync,
        ["flush-failure"] = FlushFailure.RunAsync,
        ["disk-errors"] = DiskErrors.RunAsync,
        ["many"] = Many.RunAsync,
    };

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.Length == 0 || !Commands.TryGetValue(arguments[0], out Func<string[], Task>? command))
        {
            await Console.Error.WriteLineAsync($"One of these commands is needed: {string.Join(", ", Commands.Keys)}.")
                .ConfigureAwait(false);
            return 2;
        }

        await command(arguments[1..]).ConfigureAwait(false);
        return 0;
    }
}
