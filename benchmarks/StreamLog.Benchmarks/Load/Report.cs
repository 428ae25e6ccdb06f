using System.Globalization;
using System.Text;

namespace StreamLog.Benchmarks.Load;

/// <summary>Writes medians, ranges and the ratios to each group's baselines, taken round by round.</summary>
internal static class Report
{
    /// <summary>Writes the targets and all groups as Markdown.</summary>
    public static string ToMarkdown(LoadResults results)
    {
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"`{results.Command}`, medians of {results.Rounds} rounds; {results.Runtime} on {results.System}, " +
            $"{results.Processors} processors ({results.Processor}).").AppendLine();
        WriteTargets(text, results.Scenarios);
        foreach (IGrouping<string, ScenarioResult> group in results.Scenarios.GroupBy(scenario => scenario.Group))
            WriteGroup(text, group);
        return text.ToString().TrimEnd() + "\n";
    }

    private static void WriteTargets(StringBuilder text, IReadOnlyList<ScenarioResult> scenarios)
    {
        List<TargetVerdict> verdicts = [.. Target.All.SelectMany(target => target.Judge(scenarios))];
        if (verdicts.Count == 0)
            return;

        text.AppendLine("### Targets").AppendLine();
        text.AppendLine("| what | measured against | target | measured | by processor time | |");
        text.AppendLine("|---|---|--:|--:|--:|---|");
        foreach (TargetVerdict verdict in verdicts)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {verdict.What} | {verdict.Against} | {verdict.Wanted} | {verdict.Measured} | {verdict.ByCpu} " +
                $"| {(verdict.IsMet ? "met" : "**missed**")} |");
        }

        text.AppendLine();
    }

    private static void WriteGroup(StringBuilder text, IGrouping<string, ScenarioResult> group)
    {
        ScenarioResult[] baselines = [.. group.Where(scenario => scenario.IsBaseline)];
        bool hasTimes = group.Any(scenario => scenario.P50Us.Count > 0);
        bool hasRetained = group.Any(scenario => scenario.RetainedBytes.Count > 0);
        string[] further = [.. group.SelectMany(scenario => scenario.Further.Keys).Distinct()];

        text.AppendLine(CultureInfo.InvariantCulture, $"### {group.Key}").AppendLine();
        text.Append("| what | per second: median (min-max) | per CPU second | B allocated |");
        text.Append(hasTimes ? " p50 us | p99 us |" : "").Append(hasRetained ? " B kept |" : "");
        text.Append(string.Concat(further.Select(column => $" {column} |")));
        foreach (ScenarioResult baseline in baselines)
            text.Append(CultureInfo.InvariantCulture, $" / {baseline.Name} |");
        text.AppendLine().Append("|---|--:|--:|--:|");
        text.Append(hasTimes ? "--:|--:|" : "").Append(hasRetained ? "--:|" : "");
        text.Append(string.Concat(further.Select(_ => "--:|")));
        text.Append(string.Concat(baselines.Select(_ => "--:|"))).AppendLine();

        foreach (ScenarioResult scenario in group)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {scenario.Name} | {Figures.Rate(scenario.PerSecond)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Figures.Si(Figures.Median(scenario.PerCpuSecond))} ");
            text.Append(
                CultureInfo.InvariantCulture, $"| {Figures.Bytes(Figures.Median(scenario.AllocatedPerOperation))} |");
            if (hasTimes)
            {
                text.Append(CultureInfo.InvariantCulture, $" {Figures.Us(Figures.Median(scenario.P50Us))} |");
                text.Append(CultureInfo.InvariantCulture, $" {Figures.Us(Figures.Median(scenario.P99Us))} |");
            }

            if (hasRetained)
            {
                string kept = Figures.Bytes(Figures.Median(scenario.RetainedBytes));
                text.Append(CultureInfo.InvariantCulture, $" {kept} |");
            }

            foreach (string column in further)
            {
                IReadOnlyList<double> values = scenario.Further.GetValueOrDefault(column) ?? [];
                text.Append(CultureInfo.InvariantCulture, $" {Figures.Bytes(Figures.Median(values))} |");
            }

            foreach (ScenarioResult baseline in baselines)
            {
                string ratio = Figures.Ratio(scenario.RatioTo(baseline));
                string byCpu = Figures.Ratio(scenario.CpuRatioTo(baseline));
                string others = string.Concat(further.Select(column => RatioOf(column, scenario, baseline)));
                text.Append(ReferenceEquals(scenario, baseline) ? " |" : $" {ratio}, cpu {byCpu}{others} |");
            }

            text.AppendLine();
        }

        text.AppendLine();
    }

    private static string RatioOf(string column, ScenarioResult mine, ScenarioResult theirs)
    {
        double ratio = Figures.Median(Figures.Ratios(
            mine.Further.GetValueOrDefault(column) ?? [], theirs.Further.GetValueOrDefault(column) ?? []));
        return double.IsFinite(ratio) ? $", {column} {Figures.Ratio(ratio)}" : "";
    }
}
