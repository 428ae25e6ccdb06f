namespace StreamLog;

/// <summary>What reading through segments has found.</summary>
public sealed record ScrubReport
{
    /// <summary>Gets how many partitions were read.</summary>
    public int Partitions { get; init; }

    /// <summary>Gets how many segments were read. The one that is written to is not among them.</summary>
    public int Segments { get; init; }

    /// <summary>Gets how many bytes were read.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the damage, at most one place in a segment.</summary>
    public IReadOnlyList<ScrubFinding> Findings { get; init; } = [];
}
