using System.Globalization;
using BenchmarkDotNet.Running;
using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Scenarios;

// load [text in the group or name ...] [--rounds N] [--directory DIR] [--json FILE]: whole paths beside their
// baselines. anything else goes to BenchmarkDotNet: the micro-benchmarks of single layers.
if (args is not ["load", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(LoadRunner).Assembly).Run(args);
    return 0;
}

int rounds = 5;
string directory = Path.GetTempPath();
string? json = null;
List<string> wanted = [];
for (int i = 1; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--rounds" when i + 1 < args.Length:
            rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--directory" when i + 1 < args.Length:
            directory = args[++i];
            break;
        case "--json" when i + 1 < args.Length:
            json = args[++i];
            break;
        default:
            wanted.Add(args[i]);
            break;
    }
}

Scenario[] scenarios =
[
    .. AllScenarios.List().Where(scenario => wanted.Count == 0 || wanted.Exists(text =>
        $"{scenario.Group} {scenario.Name}".Contains(text, StringComparison.OrdinalIgnoreCase))),
];
if (scenarios.Length == 0)
{
    Console.Error.WriteLine($"No scenario's name holds {string.Join(" or ", wanted)}. There are:");
    foreach (Scenario scenario in AllScenarios.List())
        Console.Error.WriteLine($"  {scenario.Group}: {scenario.Name}");
    return 1;
}

IReadOnlyList<(Scenario Scenario, IReadOnlyList<Measurement> Rounds)> results =
    await LoadRunner.RunAsync(scenarios, rounds, directory);
Console.WriteLine(Report.ToMarkdown(results));
if (json is not null)
    await File.WriteAllTextAsync(json, Report.ToJson(results).ToJsonString());
return 0;
