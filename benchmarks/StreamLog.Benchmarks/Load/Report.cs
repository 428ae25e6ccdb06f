using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace StreamLog.Benchmarks.Load;

/// <summary>Writes medians, ranges and the ratios to each group's baselines, taken round by round.</summary>
internal static class Report
{
    public static string ToMarkdown(IReadOnlyList<(Scenario Scenario, IReadOnlyList<Measurement> Rounds)> results)
    {
        StringBuilder text = new();
        foreach (var group in results.GroupBy(result => result.Scenario.Group))
        {
            (Scenario Scenario, IReadOnlyList<Measurement> Rounds)[] baselines =
                [.. group.Where(result => result.Scenario.IsBaseline)];
            text.AppendLine(CultureInfo.InvariantCulture, $"### {group.Key}").AppendLine();
            text.Append("| what | per second: median (min-max) | per CPU second | B allocated | p50 us | p99 us |");
            foreach ((Scenario baseline, _) in baselines)
                text.Append(CultureInfo.InvariantCulture, $" / {baseline.Name} |");
            text.AppendLine().Append("|---|--:|--:|--:|--:|--:|");
            text.Append(string.Concat(baselines.Select(_ => "--:|"))).AppendLine();

            foreach ((Scenario scenario, IReadOnlyList<Measurement> rounds) in group)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {scenario.Name} | {Range(rounds, m => m.PerSecond)} ");
                text.Append(CultureInfo.InvariantCulture, $"| {Si(Median(rounds, m => m.PerCpuSecond))} ");
                text.Append(CultureInfo.InvariantCulture, $"| {Median(rounds, m => m.AllocatedPerOperation):0.##} ");
                text.Append(CultureInfo.InvariantCulture, $"| {Us(Median(rounds, m => m.Percentile(0.50)))} ");
                text.Append(CultureInfo.InvariantCulture, $"| {Us(Median(rounds, m => m.Percentile(0.99)))} |");
                foreach ((_, IReadOnlyList<Measurement> baseline) in baselines)
                    text.Append(CultureInfo.InvariantCulture, $" {Ratio(rounds, baseline):0.00} |");
                text.AppendLine();
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    public static JsonArray ToJson(IReadOnlyList<(Scenario Scenario, IReadOnlyList<Measurement> Rounds)> results) =>
        [.. results.Select(result => new JsonObject
        {
            ["group"] = result.Scenario.Group,
            ["name"] = result.Scenario.Name,
            ["baseline"] = result.Scenario.IsBaseline,
            ["perSecond"] = Numbers(result.Rounds, m => m.PerSecond),
            ["perCpuSecond"] = Numbers(result.Rounds, m => m.PerCpuSecond),
            ["allocatedPerOperation"] = Numbers(result.Rounds, m => m.AllocatedPerOperation),
            ["p50Us"] = Numbers(result.Rounds, m => m.Percentile(0.50)),
            ["p99Us"] = Numbers(result.Rounds, m => m.Percentile(0.99)),
        })];

    private static JsonArray Numbers(IReadOnlyList<Measurement> rounds, Func<Measurement, double> value) =>
        [.. rounds.Select(value).Where(double.IsFinite).Select(number => (JsonNode)Math.Round(number, 3))];

    private static double Ratio(IReadOnlyList<Measurement> rounds, IReadOnlyList<Measurement> baseline) =>
        Median([.. rounds.Zip(baseline, (mine, theirs) => mine.PerSecond / theirs.PerSecond)]);

    private static double Median(IReadOnlyList<Measurement> rounds, Func<Measurement, double> value) =>
        Median([.. rounds.Select(value)]);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static string Range(IReadOnlyList<Measurement> rounds, Func<Measurement, double> value) =>
        $"{Si(Median(rounds, value))} ({Si(rounds.Min(value))}-{Si(rounds.Max(value))})";

    private static string Si(double value) => value switch
    {
        >= 1e6 => (value / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0", CultureInfo.InvariantCulture) + "k",
        >= 1e3 => (value / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    private static string Us(double value) =>
        double.IsNaN(value) ? "" : value.ToString(value >= 10 ? "0" : "0.0", CultureInfo.InvariantCulture);
}
