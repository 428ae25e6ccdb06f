using StreamLog.Replication;

namespace StreamLog.Broker;

/// <summary>Waits until a mark that ends a transaction is committed. Used once.</summary>
internal sealed class MarkWaiter : HighWatermarkWaiter
{
    private readonly TaskCompletionSource<ErrorCode> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets None once the mark is committed, or why it will not be.</summary>
    public Task<ErrorCode> Outcome => _outcome.Task;

    /// <inheritdoc/>
    protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) =>
        _outcome.TrySetResult(failure?.ErrorCode ?? ErrorCode.None);
}
