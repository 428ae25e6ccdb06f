namespace StreamLog.Benchmarks.Load;

/// <summary>Something to measure.</summary>
/// <param name="Group">What it is compared within.</param>
/// <param name="Name">What it is.</param>
/// <param name="IsBaseline">Whether the others of its group are divided by it.</param>
/// <param name="RunAsync">Does it once, in an empty directory of its own, or in the one that was prepared.</param>
internal sealed record Scenario(string Group, string Name, bool IsBaseline, Func<string, Task<Measurement>> RunAsync)
{
    /// <summary>Gets what fills a directory once, for all rounds; without it each round has an empty one.</summary>
    public Func<string, Task>? PrepareAsync { get; init; }

    /// <summary>Gets what tells why it cannot be run here, or <see langword="null"/> where it can.</summary>
    public Func<string?> FindObstacle { get; init; } = static () => null;
}
