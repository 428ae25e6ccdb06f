namespace StreamLog.Protocol.Records;

/// <summary>The outcome of a check of batches. An accepted one allocates nothing.</summary>
/// <param name="ErrorCode">What is wrong; <see cref="ErrorCode.None"/> if nothing is.</param>
/// <param name="Message">What is wrong, in words; <see langword="null"/> if nothing is.</param>
/// <param name="RecordErrors">The records that are to blame, by their place in the batch; <see langword="null"/> if
/// none in particular is.</param>
public readonly record struct RecordBatchCheck(
    ErrorCode ErrorCode, string? Message = null, IReadOnlyList<(int Index, string Message)>? RecordErrors = null)
{
    /// <summary>Gets whether the batch may be appended.</summary>
    public bool IsValid => ErrorCode == ErrorCode.None;

    /// <summary>Gets the number of bytes that were checked: the first batch, where several were allowed.</summary>
    public int SizeInBytes { get; init; }

    /// <summary>Gets the largest timestamp of the records, in Unix milliseconds; -1 for none.</summary>
    /// <remarks>
    /// Where it is not the header's, the leader sets it with <see cref="RecordBatchHeader.StampMaxTimestamp"/>, as
    /// Kafka's does.
    /// </remarks>
    public long MaxTimestamp { get; init; } = -1;

    /// <summary>Gets the offset of the first record that has it, counted from the batch's first; -1 for none.</summary>
    public int MaxTimestampDelta { get; init; } = -1;
}
