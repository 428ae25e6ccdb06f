namespace StreamLog.Replication;

/// <summary>Waits for the high watermark of one partition to reach an offset.</summary>
/// <remarks>
/// Its owner hands it to <see cref="ReplicatedPartition.TryWait"/>, and from then on it is woken once or taken back,
/// never both. It is a link in the partition's list itself, so that waiting allocates nothing beyond it.
/// </remarks>
internal abstract class HighWatermarkWaiter
{
    // Guarded by the gate of the partition that it waits for.
    internal HighWatermarkWaiter? Previous;
    internal HighWatermarkWaiter? Next;
    internal bool IsWaiting;
    internal long Target;

    /// <summary>Called once: the mark has reached the offset, or the partition has failed. No gate is held.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="failure">Why the mark will never get there, or <see langword="null"/> because it did.</param>
    protected internal abstract void Wake(ReplicatedPartition partition, StreamLogException? failure);
}
