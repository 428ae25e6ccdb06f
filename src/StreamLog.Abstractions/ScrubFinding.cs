namespace StreamLog;

/// <summary>A place in a segment that is not what was written, met by a scrub or by a read.</summary>
/// <remarks>The partition stays online, and what lies before and after can be read. To get rid of it, restore the file
/// from a backup, or have <see cref="ILogMaintenance.RepairAsync"/> cut it out.</remarks>
public sealed record ScrubFinding
{
    /// <summary>Gets the partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>Gets the path of the segment.</summary>
    public required string File { get; init; }

    /// <summary>Gets the byte at which the damage begins; zero where a read knows but the segment.</summary>
    public required long Position { get; init; }

    /// <summary>Gets the offset of the first record that is damaged.</summary>
    public required long Offset { get; init; }

    /// <summary>Gets what is wrong.</summary>
    public required string Fault { get; init; }
}
