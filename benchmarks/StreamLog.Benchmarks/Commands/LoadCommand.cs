using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Scenarios;

namespace StreamLog.Benchmarks.Commands;

/// <summary><c>load [text in the group or name ...] [--rounds N] [--directory DIR] [--json FILE] [--merge]</c>: runs
/// scenarios and prints their table. With <c>--merge</c> the file keeps the groups that were not run.</summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        Arguments arguments = new(args, ["--rounds", "--directory", "--json"], ["--merge", "--list"]);
        Scenario[] scenarios =
            [.. AllScenarios.List().Where(scenario => arguments.Wants($"{scenario.Group} {scenario.Name}"))];
        if (scenarios.Length == 0 || arguments.Has("--list"))
        {
            foreach (Scenario scenario in AllScenarios.List())
                Console.WriteLine($"{scenario.Group}: {scenario.Name}");
            return scenarios.Length == 0 ? 1 : 0;
        }

        foreach (IGrouping<string?, Scenario> without in scenarios.GroupBy(scenario => scenario.FindObstacle()))
        {
            if (without.Key is { } obstacle)
                Console.Error.WriteLine($"{without.Count()} scenarios are left out. {obstacle}");
        }

        scenarios = [.. scenarios.Where(scenario => scenario.FindObstacle() is null)];
        int rounds = arguments.Number("--rounds", 5);
        string directory = arguments.Value("--directory") ?? Path.GetTempPath();
        LoadResults results = LoadResults.Of(
            $"load --rounds {rounds}", rounds, await LoadRunner.RunAsync(scenarios, rounds, directory));
        Console.WriteLine(Report.ToMarkdown(results));
        if (arguments.Value("--json") is { } json)
        {
            if (arguments.Has("--merge") && File.Exists(json))
                results = LoadResults.Read(json).With(results);
            results.Write(json);
        }

        return 0;
    }
}
