using StreamLog.Replication;

namespace StreamLog.Broker;

/// <summary>Compares the leader epoch that a client knows with the partition's.</summary>
internal static class LeaderEpochCheck
{
    /// <summary>Stands where the client does not say.</summary>
    public const int Unknown = -1;

    /// <summary>Returns what to answer a client of an epoch, or None to go on. A failed partition answers its
    /// failure.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="currentLeaderEpoch">The epoch that the client knows, or <see cref="Unknown"/>.</param>
    /// <returns>The error.</returns>
    public static ErrorCode Check(ReplicatedPartition partition, int currentLeaderEpoch)
    {
        if (partition.Failure is { } failure)
            return failure.ErrorCode;

        int epoch = partition.LeaderEpoch;
        if (epoch < 0)
            return ErrorCode.NotLeaderOrFollower;
        if (currentLeaderEpoch == Unknown || currentLeaderEpoch == epoch)
            return ErrorCode.None;

        return currentLeaderEpoch < epoch ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;
    }
}
