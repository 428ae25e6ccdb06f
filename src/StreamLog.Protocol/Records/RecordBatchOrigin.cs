namespace StreamLog.Protocol.Records;

/// <summary>What the records of a batch count from. Unlike the header, it may be kept in a field.</summary>
public readonly struct RecordBatchOrigin
{
    /// <summary>Takes the facts from a header.</summary>
    /// <param name="header">The header of the batch.</param>
    public RecordBatchOrigin(RecordBatchHeader header)
    {
        BaseOffset = header.BaseOffset;
        LastOffsetDelta = header.LastOffsetDelta;
        IsLogAppendTime = header.TimestampType == TimestampType.LogAppendTime;
        BaseTimestamp = IsLogAppendTime ? header.MaxTimestamp : header.BaseTimestamp;
    }

    /// <summary>Gets the offset that the records' deltas are added to.</summary>
    public long BaseOffset { get; }

    /// <summary>Gets the largest delta that a record may have.</summary>
    public int LastOffsetDelta { get; }

    /// <summary>Gets the time that the records' deltas are added to; with log append time, every record's.</summary>
    public long BaseTimestamp { get; }

    /// <summary>Gets whether the records' own timestamps are to be ignored.</summary>
    public bool IsLogAppendTime { get; }
}
