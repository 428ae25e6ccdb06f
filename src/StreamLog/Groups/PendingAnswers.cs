using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>A decision that is in the log and not committed yet, with the answers that wait for that.</summary>
/// <param name="owner">The partition of <c>__consumer_offsets</c>.</param>
/// <param name="endOffset">The offset behind the last record that it waits for.</param>
/// <param name="decision">What was decided.</param>
internal sealed class PendingAnswers(OffsetsPartition owner, long endOffset, GroupDecision decision)
    : HighWatermarkWaiter
{
    /// <summary>Gets the offset behind the last record that it waits for.</summary>
    public long EndOffset => endOffset;

    /// <summary>Gets what was decided.</summary>
    public GroupDecision Decision => decision;

    /// <inheritdoc/>
    protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) => owner.Settle();
}
