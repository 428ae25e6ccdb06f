namespace StreamLog.Benchmarks.Load;

/// <summary>What all rounds of one scenario gave, as it stands in the JSON. A figure that was not taken is
/// empty.</summary>
internal sealed record ScenarioResult(
    string Group,
    string Name,
    bool IsBaseline,
    IReadOnlyList<double> PerSecond,
    IReadOnlyList<double> PerCpuSecond,
    IReadOnlyList<double> AllocatedPerOperation,
    IReadOnlyList<double> P50Us,
    IReadOnlyList<double> P99Us,
    IReadOnlyList<double> RetainedBytes)
{
    /// <summary>Gets what else was measured, by the head of its column.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Further { get; init; } =
        new Dictionary<string, IReadOnlyList<double>>();

    public static ScenarioResult Of(Scenario scenario, IReadOnlyList<Measurement> rounds) => new(
        scenario.Group,
        scenario.Name,
        scenario.IsBaseline,
        Numbers(rounds, round => round.PerSecond),
        Numbers(rounds, round => round.PerCpuSecond),
        Numbers(rounds, round => round.AllocatedPerOperation),
        Numbers(rounds, round => round.Percentile(0.50)),
        Numbers(rounds, round => round.Percentile(0.99)),
        Numbers(rounds, round => round.RetainedBytes))
    {
        Further = rounds.SelectMany(round => round.Further.Keys).Distinct().ToDictionary(
            column => column,
            IReadOnlyList<double> (column) => Numbers(rounds, round => round.Further[column])),
    };

    /// <summary>The median of the ratios that were taken within each round, by the wall clock.</summary>
    public double RatioTo(ScenarioResult other) => Figures.Median(Figures.Ratios(PerSecond, other.PerSecond));

    /// <summary>The same by processor time, which a busy machine disturbs less.</summary>
    public double CpuRatioTo(ScenarioResult other) => Figures.Median(Figures.Ratios(PerCpuSecond, other.PerCpuSecond));

    private static double[] Numbers(IReadOnlyList<Measurement> rounds, Func<Measurement, double> value) =>
        [.. rounds.Select(value).Where(double.IsFinite).Select(number => Math.Round(number, 3))];
}
