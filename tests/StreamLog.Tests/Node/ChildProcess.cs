using System.Diagnostics;

namespace StreamLog.Tests.Node;

/// <summary>A running StreamLog.CrashChild. Disposal kills it.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts the child.</summary>
    /// <param name="arguments">The child's arguments.</param>
    /// <param name="wrapper">A program and its arguments that run the child in turn.</param>
    public static ChildProcess Start(IEnumerable<string> arguments, params IEnumerable<string> wrapper)
    {
        string child = Path.Combine(AppContext.BaseDirectory, "StreamLog.CrashChild.dll");
        string host = Environment.ProcessPath is { } path && IsDotnet(path) ? path : "dotnet";
        string[] command = [.. wrapper, host, child, .. arguments];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
        return new ChildProcess(process);
    }

    /// <summary>Kills the child as the system does: at once, without a word to it.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ends the child's input, for which it may have waited to go on.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Ends the child's input, and waits for its end.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        EndInput();
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        _process.Dispose();
    }

    private static bool IsDotnet(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";
}
