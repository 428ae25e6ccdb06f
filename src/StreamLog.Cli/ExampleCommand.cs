using System.CommandLine;

namespace StreamLog.Cli;

/// <summary>A command whose help ends with notes and examples.</summary>
internal sealed class ExampleCommand : Command
{
    /// <summary>Creates a command.</summary>
    /// <param name="name">The word for it.</param>
    /// <param name="description">A sentence, and below an empty line what else there is to know.</param>
    /// <param name="examples">Lines that could be typed as they stand.</param>
    public ExampleCommand(string name, string description, params string[] examples)
        : base(name, description.Split("\n\n")[0])
    {
        Notes = [.. description.Split('\n').SkipWhile(line => line.Length > 0).Skip(1)];
        Examples = examples;
    }

    public IReadOnlyList<string> Notes { get; }

    public IReadOnlyList<string> Examples { get; }
}
