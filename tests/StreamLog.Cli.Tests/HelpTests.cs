using System.Runtime.CompilerServices;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests;

/// <summary>The help of each command, as it was last read through.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands =>
    [
        "", "topics", "topics list", "topics create", "topics describe", "topics alter", "topics delete", "produce",
        "consume", "groups", "groups list", "groups describe", "groups reset", "groups delete",
        "groups delete-offsets", "configs", "configs get", "configs set", "configs delete", "dump",
        "verify", "repair", "bench", "bench produce", "bench consume", "serve",
    ];

    /// <summary>On a change that is meant, run with <c>STREAMLOG_APPROVE=1</c> and read the difference.</summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public async Task It_is_what_was_approved(string command)
    {
        CliRun run = (await CliRun.OfAsync([.. Words(command), "--help"])).Ok();

        string path = Path.Combine(Folder(), "Goldens", $"{string.Join('-', ["streamlog", .. Words(command)])}.txt");
        if (Environment.GetEnvironmentVariable("STREAMLOG_APPROVE") == "1")
            await File.WriteAllTextAsync(path, run.Output);
        Assert.Equal(File.Exists(path) ? await File.ReadAllTextAsync(path) : "", run.Output);
    }

    [Fact]
    public async Task Every_command_is_approved_and_has_an_example()
    {
        HashSet<string> found = [];
        await FindAsync([], found);

        Assert.Equal(Commands.Select(row => row.Data).Order(), found.Order());
    }

    [Fact]
    public async Task Every_example_is_a_command_line_that_parses()
    {
        foreach (string command in Commands.Select(row => row.Data))
        {
            CliRun help = (await CliRun.OfAsync([.. Words(command), "--help"])).Ok();
            string[] examples = [.. help.Lines.SkipWhile(line => line != "Examples:").Skip(1)];
            // Those that only hold others are explained by these.
            Assert.True(examples.Length > 0 || command is "topics" or "groups" or "configs" or "bench", command);
            foreach (string part in examples.SelectMany(line => line.Split('|')))
            {
                string[] words = [.. part.Trim().Split(' ').Select(word => word.Trim('\''))];
                if (words[0] == "streamlog")
                    (await CliRun.OfAsync([.. words[1..], "--help"])).Ok();
            }
        }
    }

    private static async Task FindAsync(string[] path, HashSet<string> found)
    {
        found.Add(string.Join(' ', path));
        CliRun help = (await CliRun.OfAsync([.. path, "--help"])).Ok();
        foreach (string line in help.Lines.SkipWhile(line => line != "Commands:").Skip(1)
            .TakeWhile(line => line is not ("Notes:" or "Examples:")))
        {
            // Names are indented by two; the rest of a long description by more.
            if (line is [' ', ' ', not ' ', ..])
                await FindAsync([.. path, Words(line)[0]], found);
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
