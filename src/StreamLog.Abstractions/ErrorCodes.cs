namespace StreamLog;

/// <summary>Says what follows from an <see cref="ErrorCode"/>, as Kafka's clients see it.</summary>
public static class ErrorCodes
{
    /// <summary>Tells whether the same call may succeed later without anybody's help.</summary>
    /// <param name="code">The error.</param>
    /// <returns><see langword="true"/> for the errors that Kafka calls retriable.</returns>
    public static bool IsRetriable(ErrorCode code) => code is
        ErrorCode.CorruptMessage or ErrorCode.UnknownTopicOrPartition or ErrorCode.LeaderNotAvailable or
        ErrorCode.NotLeaderOrFollower or ErrorCode.RequestTimedOut or ErrorCode.ReplicaNotAvailable or
        ErrorCode.NetworkException or ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or
        ErrorCode.NotCoordinator or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend or
        ErrorCode.NotController or ErrorCode.ConcurrentTransactions or ErrorCode.KafkaStorageError or
        ErrorCode.FetchSessionIdNotFound or ErrorCode.InvalidFetchSessionEpoch or ErrorCode.ListenerNotFound or
        ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.OffsetNotAvailable or
        ErrorCode.PreferredLeaderNotAvailable or ErrorCode.EligibleLeadersNotAvailable or
        ErrorCode.ElectionNotNeeded or ErrorCode.UnstableOffsetCommit or ErrorCode.ThrottlingQuotaExceeded or
        ErrorCode.UnknownTopicId or ErrorCode.InconsistentTopicId or ErrorCode.FetchSessionTopicIdError or
        ErrorCode.ShareSessionNotFound or ErrorCode.InvalidShareSessionEpoch or ErrorCode.ShareSessionLimitReached;

    /// <summary>Tells whether the client that got the error can never succeed again.</summary>
    /// <param name="code">The error.</param>
    /// <returns><see langword="true"/> if the client must be replaced.</returns>
    public static bool IsFatal(ErrorCode code) => code is
        ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch or ErrorCode.OutOfOrderSequenceNumber or
        ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or
        ErrorCode.UnsupportedVersion or ErrorCode.UnsupportedForMessageFormat or ErrorCode.InvalidProducerIdMapping or
        ErrorCode.FencedInstanceId;

    /// <summary>Tells whether what was asked for may have happened all the same.</summary>
    /// <param name="code">The error.</param>
    /// <returns><see langword="true"/> if the outcome is unknown.</returns>
    public static bool IsOutcomeUnknown(ErrorCode code) => code is
        ErrorCode.RequestTimedOut or ErrorCode.NetworkException or ErrorCode.NotEnoughReplicasAfterAppend or
        ErrorCode.KafkaStorageError or ErrorCode.UnknownServerError;
}
