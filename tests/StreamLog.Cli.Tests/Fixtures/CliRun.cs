using System.Text;

namespace StreamLog.Cli.Tests.Fixtures;

/// <summary>One run of the tool within the test's process.</summary>
/// <param name="ExitCode">What it returned.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">What it printed to stderr.</param>
internal sealed record CliRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Gets the lines of the output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs the tool.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>What came of it.</returns>
    public static Task<CliRun> OfAsync(params string[] arguments) => WithInputAsync("", arguments);

    /// <summary>Runs the tool with something piped in.</summary>
    public static Task<CliRun> WithInputAsync(string input, params string[] arguments) =>
        OfAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), new MemoryStream(), default, arguments);

    /// <summary>Runs the tool between given streams.</summary>
    public static async Task<CliRun> OfAsync(
        Stream input, MemoryStream output, CancellationToken cancellationToken, params string[] arguments)
    {
        StringWriter errors = new() { NewLine = "\n" };
        int exitCode;
        using (Shell shell = new(input, output, errors))
            exitCode = await CommandLine.RunAsync(arguments, shell, cancellationToken);
        return new CliRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), errors.ToString());
    }

    /// <summary>Returns the run, which must have succeeded.</summary>
    public CliRun Ok() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"Exit code {ExitCode}: {Errors}{Output}");
}
