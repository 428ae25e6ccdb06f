using System.CommandLine;

namespace StreamLog.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON: one document, or one for each record.",
        Recursive = true,
    };

    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Print the log's events, and errors with their stack traces, to stderr.",
        Recursive = true,
    };
}
