namespace StreamLog;

/// <summary>What a repair has done to a partition.</summary>
public sealed record RepairReport
{
    /// <summary>Gets the partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>Gets whether the partition can be used now.</summary>
    public bool IsOnline => Failure is null;

    /// <summary>Gets why it still cannot be used: the repair was not able to mend that.</summary>
    public StreamLogException? Failure { get; init; }

    /// <summary>Gets what was cut out, in order. Reads pass over these offsets as over compacted ones.</summary>
    public IReadOnlyList<LostRecords> Lost { get; init; } = [];

    /// <summary>Gets how many batches were sound but for an offset or a leader epoch that their neighbours
    /// contradicted; these were set right, and nothing of them is lost.</summary>
    public int MendedBatches { get; init; }

    /// <summary>Gets how many offsets are lost in all.</summary>
    public long LostOffsets => Lost.Sum(lost => lost.OffsetCount);

    /// <summary>Gets how many bytes were cut out in all.</summary>
    public long LostBytes => Lost.Sum(lost => lost.Bytes);
}
