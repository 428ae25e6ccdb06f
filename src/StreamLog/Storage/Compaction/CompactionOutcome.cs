namespace StreamLog.Storage.Compaction;

/// <summary>What a run of compaction over one log has done.</summary>
internal sealed class CompactionOutcome
{
    /// <summary>Gets how many records it has read and kept.</summary>
    public FilterCounts Counts { get; } = new();

    /// <summary>Gets or sets how often it has gone through the log: more than once where the keys did not
    /// fit.</summary>
    public int Passes { get; set; }

    /// <summary>Gets or sets how many segments were replaced.</summary>
    public int SegmentsBefore { get; set; }

    /// <summary>Gets or sets by how many.</summary>
    public int SegmentsAfter { get; set; }

    /// <summary>Gets or sets the bytes of what was replaced.</summary>
    public long BytesBefore { get; set; }

    /// <summary>Gets or sets the bytes of what has replaced it.</summary>
    public long BytesAfter { get; set; }

    /// <summary>Gets or sets the offset below which the log is compacted now.</summary>
    public long EndOffset { get; set; }
}
