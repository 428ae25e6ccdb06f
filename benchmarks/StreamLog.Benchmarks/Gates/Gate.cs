using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Gates;

/// <summary>Something whose allocation has a limit.</summary>
/// <param name="Name">The layer, and what is done once an operation.</param>
/// <param name="RunAsync">Does it, in an empty directory.</param>
internal sealed record Gate(string Name, Func<string, Task<Measurement>> RunAsync)
{
    /// <summary>Gets the bytes an operation that are aimed at, where the limit is still higher.</summary>
    public double? Target { get; init; }
}
