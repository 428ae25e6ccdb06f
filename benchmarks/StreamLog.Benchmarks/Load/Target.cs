using StreamLog.Benchmarks.Scenarios;

namespace StreamLog.Benchmarks.Load;

/// <summary>What a scenario is meant to reach.</summary>
/// <param name="Group">The scenario's group.</param>
/// <param name="Name">The scenario's name.</param>
internal sealed record Target(string Group, string Name)
{
    /// <summary>Gets all targets.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new(Names.Produce100, Names.StreamLogOn(1)) { Baselines = [Names.FasterEngine], RatioMin = 0.5 },
        new(Names.Produce1K, Names.StreamLogOn(1)) { Baselines = [Names.FasterEngine], RatioMin = 0.75 },
        new(Names.Flushed100, Names.StreamLogOn(1))
        {
            Baselines = [Names.FasterCommit10, Names.FasterFullCommit10], RatioMin = 0.7,
        },
        .. Names.AckTasks.Select(tasks => new Target(Names.Acks(tasks), Names.OnCommit)
        {
            Baselines = [Names.FasterCommitThread, Names.FasterCommitTask], RatioMin = 2.0,
        }),
        new(Names.Consume100, Names.Leases) { Baselines = [Names.FasterScan], RatioMin = 1.5 },
        new(Names.HandOff100, Names.StreamLogPageCache) { Baselines = [Names.Channel1024], RatioMin = 0.25 },
        .. Names.Partitions.Select(count => new Target(Names.Produce100, Names.StreamLogOn(count))
        {
            AllocatedMax = 1,
        }),
        new(Names.Consume100, Names.Leases) { AllocatedMax = 1 },
        .. Names.AckTasks.Select(tasks => new Target(Names.Acks(tasks), Names.OnCommit) { AllocatedMax = 100 }),
    ];

    /// <summary>Gets the baselines of the group that it is measured against: the best of them.</summary>
    public IReadOnlyList<string> Baselines { get; init; } = [];

    /// <summary>Gets the share of the baseline's rate that it must have.</summary>
    public double? RatioMin { get; init; }

    /// <summary>Gets the bytes that may be allocated for an operation.</summary>
    public double? AllocatedMax { get; init; }

    /// <summary>Compares it with results, if these hold its scenario.</summary>
    public IEnumerable<TargetVerdict> Judge(IReadOnlyList<ScenarioResult> scenarios)
    {
        ScenarioResult? mine = Find(scenarios, Name);
        if (mine is null)
            yield break;

        string what = $"{Group}: {Name}";
        if (AllocatedMax is { } allocatedMax)
        {
            double allocated = Figures.Median(mine.AllocatedPerOperation);
            yield return new TargetVerdict(
                what, "bytes allocated", $"<= {allocatedMax:0}", Figures.Bytes(allocated), "",
                allocated <= allocatedMax);
        }

        ScenarioResult? best = Baselines
            .Select(name => Find(scenarios, name))
            .OfType<ScenarioResult>()
            .MaxBy(baseline => Figures.Median(baseline.PerSecond));
        if (RatioMin is { } ratioMin && best is not null)
        {
            double ratio = mine.RatioTo(best);
            yield return new TargetVerdict(
                what, best.Name, $">= {Figures.Ratio(ratioMin)}", Figures.Ratio(ratio),
                Figures.Ratio(mine.CpuRatioTo(best)), ratio >= ratioMin);
        }
    }

    private ScenarioResult? Find(IReadOnlyList<ScenarioResult> scenarios, string name) =>
        scenarios.FirstOrDefault(scenario => scenario.Group == Group && scenario.Name == name);
}
