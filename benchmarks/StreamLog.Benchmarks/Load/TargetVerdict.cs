namespace StreamLog.Benchmarks.Load;

/// <summary>How a target stands, as text for a table.</summary>
internal sealed record TargetVerdict(
    string What, string Against, string Wanted, string Measured, string ByCpu, bool IsMet);
