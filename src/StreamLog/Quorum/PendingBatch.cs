namespace StreamLog.Quorum;

/// <summary>A batch that is in the metadata log and waits for the disk. Completes with its end offset.</summary>
/// <param name="baseOffset">The offset of its first record.</param>
/// <param name="endOffset">The offset behind its last record.</param>
/// <param name="epoch">The epoch of the controller that wrote it.</param>
/// <param name="records">What the listener is to hear: nothing where there are only control records.</param>
internal sealed class PendingBatch(
    long baseOffset, long endOffset, int epoch, IReadOnlyList<ReadOnlyMemory<byte>> records)
    : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Gets the offset of its first record.</summary>
    public long BaseOffset { get; } = baseOffset;

    /// <summary>Gets the offset behind its last record.</summary>
    public long EndOffset { get; } = endOffset;

    /// <summary>Gets the epoch of the controller that wrote it.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Gets what the listener is to hear.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Records { get; } = records;
}
