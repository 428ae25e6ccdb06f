using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Commands;

/// <summary><c>docs [--json FILE] [--page FILE] [--verify]</c>: writes the figures of a run of <c>load</c> into the
/// page about performance, between two marks, or tells whether they stand there.</summary>
internal static class DocsCommand
{
    private const string Begin = "<!-- figures: begin -->";
    private const string End = "<!-- figures: end -->";

    public static int Run(string[] args)
    {
        Arguments arguments = new(args, ["--json", "--page"], ["--verify"]);
        string json = arguments.Value("--json") ?? "benchmarks/results/load.json";
        string page = arguments.Value("--page") ?? "docs/performance.md";
        string before = File.ReadAllText(page);
        int begin = before.IndexOf(Begin, StringComparison.Ordinal);
        int end = before.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            Console.Error.WriteLine($"{page} has no place for figures between {Begin} and {End}.");
            return 1;
        }

        string after =
            before[..begin] + Begin + "\n" + Report.ToMarkdown(LoadResults.Read(json)) + before[end..];
        if (!arguments.Has("--verify"))
            File.WriteAllText(page, after);
        else if (after != before)
            Console.Error.WriteLine($"{page} is not what {json} says: run the command docs.");
        return arguments.Has("--verify") && after != before ? 1 : 0;
    }
}
