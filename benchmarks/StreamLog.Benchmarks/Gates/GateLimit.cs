namespace StreamLog.Benchmarks.Gates;

/// <summary>One line of the file of limits.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Measured">The bytes allocated an operation when the limit was set.</param>
/// <param name="Limit">How many there may be.</param>
internal sealed record GateLimit(string Name, double Measured, double Limit);
