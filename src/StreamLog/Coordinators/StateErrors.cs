namespace StreamLog.Coordinators;

/// <summary>What coordinators answer in place of what befell their log. Stateless.</summary>
internal static class StateErrors
{
    /// <summary>Tells what a coordinator answers, so that clients know what to do.</summary>
    /// <remarks>
    /// Kafka says of a broken disk too that this is not the coordinator, so that clients look for it elsewhere. Here is
    /// no elsewhere: who is told what it is need not wait in vain.
    /// </remarks>
    /// <param name="error">What befell the log.</param>
    /// <returns>The error to answer.</returns>
    public static ErrorCode Of(ErrorCode error) => error switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower => ErrorCode.NotCoordinator,
        _ => error,
    };
}
