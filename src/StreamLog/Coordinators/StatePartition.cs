using StreamLog.Replication;

namespace StreamLog.Coordinators;

/// <summary>One partition of an internal topic with the state that it keeps, whatever that is.</summary>
/// <param name="partition">The partition; this node leads it.</param>
internal abstract class StatePartition(ReplicatedPartition partition)
{
    /// <summary>Gets the partition.</summary>
    public ReplicatedPartition Partition => partition;

    /// <summary>Gets whether the state is lost, so that the partition is to be loaded anew.</summary>
    public abstract bool IsLost { get; }

    /// <summary>Gives out the answers that the high watermark has passed, or refuses all of them where the partition
    /// has failed.</summary>
    public abstract void Settle();

    /// <summary>Gives the partition up: what is under way comes to its end, and who waits for more is
    /// refused.</summary>
    /// <param name="error">What they are told.</param>
    public abstract void Close(ErrorCode error);

    /// <summary>Answers everybody who waits, for whatever. What is written may yet come to be committed.</summary>
    /// <param name="error">What they are told.</param>
    public abstract void Expire(ErrorCode error);
}
