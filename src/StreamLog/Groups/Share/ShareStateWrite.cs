using StreamLog.Replication;

namespace StreamLog.Groups.Share;

/// <summary>A state that is in the log and not committed yet, with the answer that waits for that.</summary>
/// <param name="owner">The partition of <c>__share_group_state</c>.</param>
/// <param name="endOffset">The offset behind the record.</param>
internal sealed class ShareStateWrite(ShareStatePartition owner, long endOffset) : HighWatermarkWaiter
{
    private readonly TaskCompletionSource<ErrorCode> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the offset behind the record.</summary>
    public long EndOffset => endOffset;

    /// <summary>Gets why the record is not in the log, or None.</summary>
    public ErrorCode Refusal { get; init; }

    /// <summary>Gets None once the state is committed, or why it never will be.</summary>
    public Task<ErrorCode> Outcome => _outcome.Task;

    /// <summary>Ends the wait.</summary>
    /// <param name="error">None, or why the state will never be committed.</param>
    public void End(ErrorCode error) => _outcome.TrySetResult(error);

    /// <inheritdoc/>
    protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) =>
        owner.End(this, failure);
}
