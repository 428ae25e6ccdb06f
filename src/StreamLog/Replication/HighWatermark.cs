using StreamLog.Diagnostics;

namespace StreamLog.Replication;

/// <summary>Decides how far consumers may read.</summary>
internal static class HighWatermark
{
    /// <summary>Returns the offset before which every in-sync replica has every record.</summary>
    /// <param name="current">The mark so far. The result is never below it.</param>
    /// <param name="replicas">All replicas of the partition, the leader's own among them.</param>
    /// <param name="minInSync">How many replicas must be in sync for the mark to move.</param>
    /// <returns>The new mark.</returns>
    public static long Advance(long current, ReadOnlySpan<ReplicaProgress> replicas, int minInSync = 1)
    {
        int inSync = 0;
        long lowest = long.MaxValue;
        foreach (ref readonly ReplicaProgress replica in replicas)
        {
            if (!replica.IsInSync)
                continue;

            inSync++;
            lowest = Math.Min(lowest, replica.EndOffset);
        }

        // A leader never leaves its own in-sync set, so an empty set is our mistake and no fact about the peers.
        Invariant.Holds(inSync > 0);

        // More replicas cannot be asked for than there are: such a topic could never be written to.
        if (inSync < Math.Min(minInSync, replicas.Length))
            return current;

        // A replica that has just rejoined may trail a mark consumers have seen. What they have read stays read.
        return Math.Max(current, lowest);
    }
}
