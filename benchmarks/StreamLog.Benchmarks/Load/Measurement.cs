namespace StreamLog.Benchmarks.Load;

/// <summary>What one run of a scenario gave.</summary>
/// <param name="Operations">How many records it moved, or acknowledgements it got.</param>
/// <param name="Elapsed">How long that took on the wall clock.</param>
/// <param name="Cpu">How much processor time the process spent on it.</param>
/// <param name="AllocatedBytes">How many bytes all threads allocated meanwhile, or NaN.</param>
/// <param name="LatenciesUs">The time of each operation in microseconds, sorted; empty where it was not taken.</param>
internal sealed record Measurement(
    long Operations, TimeSpan Elapsed, TimeSpan Cpu, double AllocatedBytes, IReadOnlyList<double> LatenciesUs)
{
    /// <summary>Gets how many bytes of the heap the result of one operation holds on to, or NaN.</summary>
    public double RetainedBytes { get; init; } = double.NaN;

    /// <summary>Gets what else was measured, by the head of its column.</summary>
    public IReadOnlyDictionary<string, double> Further { get; init; } = new Dictionary<string, double>();

    public double PerSecond => Operations / Elapsed.TotalSeconds;

    public double PerCpuSecond => Operations / Cpu.TotalSeconds;

    public double AllocatedPerOperation => AllocatedBytes / Operations;

    public double Percentile(double share) =>
        LatenciesUs.Count == 0
            ? double.NaN
            : LatenciesUs[Math.Min(LatenciesUs.Count - 1, (int)(share * LatenciesUs.Count))];
}
