using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>A commit that is in the log and not yet committed there.</summary>
/// <param name="owner">The partition of <c>__consumer_offsets</c>.</param>
/// <param name="endOffset">The offset behind its last record.</param>
/// <param name="records">Its records.</param>
internal sealed class PendingCommit(OffsetsPartition owner, long endOffset, IReadOnlyList<OffsetRecord> records)
    : HighWatermarkWaiter
{
    private readonly TaskCompletionSource<ErrorCode> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the offset behind its last record.</summary>
    public long EndOffset { get; } = endOffset;

    /// <summary>Gets its records.</summary>
    public IReadOnlyList<OffsetRecord> Records { get; } = records;

    /// <summary>Gets what came of it: None once it holds.</summary>
    public Task<ErrorCode> Outcome => _outcome.Task;

    /// <summary>Settles the outcome.</summary>
    /// <param name="error">What went wrong, or None.</param>
    public void Complete(ErrorCode error) => _outcome.TrySetResult(error);

    /// <inheritdoc/>
    protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) => owner.Settle();
}
