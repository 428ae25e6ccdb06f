using System.Diagnostics;
using System.Text;

namespace StreamLog.Tests.Samples;

/// <summary>A program of the repository that runs as a process of its own.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private SampleProcess(Process process) => _process = process;

    public string Output => _output.ToString();

    public string Errors => _errors.ToString();

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program that the build of the tests has built too.</summary>
    /// <param name="project">Its project.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="arguments">What it is given.</param>
    /// <returns>The running program.</returns>
    public static SampleProcess Start(string project, string workingDirectory, params IEnumerable<string> arguments)
    {
        // artifacts/bin/StreamLog.Tests/debug/ lies beside artifacts/bin/QuickStart/debug/.
        string here = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string assembly =
            Path.GetFullPath(Path.Combine(here, "..", "..", project, Path.GetFileName(here), project + ".dll"));
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, [assembly, .. arguments])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<SampleProcess> RunAsync(
        string project, string workingDirectory, params IEnumerable<string> arguments)
    {
        SampleProcess sample = Start(project, workingDirectory, arguments);
        await sample.WaitForEndAsync();
        return sample;
    }

    /// <summary>Waits until the program has written a line that contains a text.</summary>
    public async Task WaitForLineAsync(string text)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _output.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        throw new InvalidOperationException($"The program ended without '{text}'. It wrote: {Output}");
    }

    /// <summary>Ends the program as a power switch would, without a signal that it could handle.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Kills the program, and waits until it has ended.</summary>
    public async Task KillAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
    }

    public async Task WaitForEndAsync()
    {
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        _output.Append(await _process.StandardOutput.ReadToEndAsync());
        _errors.Append(await errors);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
