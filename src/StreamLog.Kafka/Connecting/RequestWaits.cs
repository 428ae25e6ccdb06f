using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>How long requests themselves allow their answers to take. Stateless.</summary>
internal static class RequestWaits
{
    /// <summary>Tells how long a request allows.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The time, on top of what every request may take.</returns>
    public static TimeSpan Of(object request) => TimeSpan.FromMilliseconds(request switch
    {
        ProduceRequest produce => produce.TimeoutMs,
        FetchRequest fetch => fetch.MaxWaitMs,
        ShareFetchRequest fetch => fetch.MaxWaitMs,
        JoinGroupRequest join => Math.Max(join.RebalanceTimeoutMs, join.SessionTimeoutMs),
        CreateTopicsRequest create => create.TimeoutMs,
        DeleteTopicsRequest delete => delete.TimeoutMs,
        CreatePartitionsRequest create => create.TimeoutMs,
        DeleteRecordsRequest delete => delete.TimeoutMs,
        ElectLeadersRequest elect => elect.TimeoutMs,
        AlterPartitionReassignmentsRequest alter => alter.TimeoutMs,
        ListPartitionReassignmentsRequest list => list.TimeoutMs,
        UpdateFeaturesRequest update => update.TimeoutMs,
        _ => 0,
    });
}
