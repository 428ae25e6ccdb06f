using StreamLog.Replication;

namespace StreamLog.Coordinators;

/// <summary>A decision that is in the log and not committed yet, with the answers that wait for that.</summary>
/// <typeparam name="TRecord">What is appended.</typeparam>
/// <param name="owner">The partition that keeps state.</param>
/// <param name="endOffset">The offset behind the last record that it waits for.</param>
/// <param name="decision">What was decided.</param>
internal sealed class PendingAnswers<TRecord>(
    StatePartition owner, long endOffset, StateDecision<TRecord> decision)
    : HighWatermarkWaiter
{
    /// <summary>Gets the offset behind the last record that it waits for.</summary>
    public long EndOffset => endOffset;

    /// <summary>Gets what was decided.</summary>
    public StateDecision<TRecord> Decision => decision;

    /// <inheritdoc/>
    protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) => owner.Settle();
}
