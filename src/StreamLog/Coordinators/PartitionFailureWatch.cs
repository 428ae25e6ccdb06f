using StreamLog.Replication;

namespace StreamLog.Coordinators;

/// <summary>Waits for a partition to fail, so that they are told who wait for something else than its log.</summary>
/// <param name="owner">The partition that keeps state.</param>
internal sealed class PartitionFailureWatch(StatePartition owner) : HighWatermarkWaiter
{
    /// <summary>What no log ever reaches.</summary>
    public const long EndOffset = long.MaxValue;

    /// <inheritdoc/>
    protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) => owner.Settle();
}
