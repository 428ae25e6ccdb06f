namespace StreamLog.Storage.Compaction;

/// <summary>What compaction has read, and what it has kept.</summary>
internal sealed class FilterCounts
{
    public long RecordsRead { get; set; }

    public long RecordsKept { get; set; }

    /// <summary>Gets or sets how many records without a key were dropped, which such a topic cannot keep.</summary>
    public long KeylessDropped { get; set; }
}
