using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace StreamLog.Cli;

/// <summary>Prints the usual help, and notes and examples behind it.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private const int Columns = 110;

    private readonly HelpAction _usual = new() { MaxWidth = Columns };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        InvocationConfiguration configuration = parseResult.InvocationConfiguration;
        TextWriter output = configuration.Output;
        StringWriter usual = new() { NewLine = "\n" };
        configuration.Output = usual;
        _usual.Invoke(parseResult);
        configuration.Output = output;

        // It pads its columns.
        foreach (string line in usual.ToString().TrimEnd().Split('\n'))
            output.WriteLine(line.TrimEnd());
        if (parseResult.CommandResult.Command is ExampleCommand command)
        {
            WriteSection(output, "Notes", command.Notes);
            WriteSection(output, "Examples", command.Examples);
        }

        return ExitCodes.Success;
    }

    /// <summary>Returns the words that lead to a command: <c>streamlog topics create</c>.</summary>
    public static string PathOf(CommandResult command)
    {
        Stack<string> words = [];
        for (SymbolResult? result = command; result is CommandResult each; result = each.Parent)
            words.Push(each.Command.Name);
        return string.Join(' ', words);
    }

    private static void WriteSection(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        output.WriteLine($"\n{title}:");
        foreach (string line in lines)
            output.WriteLine($"  {line}".TrimEnd());
    }
}
