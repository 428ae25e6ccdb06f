namespace StreamLog.Protocol.Refusals;

/// <summary>Tells which requests only a certain node can answer: who leads a partition, or who coordinates a group or a
/// transactional id.</summary>
/// <remarks>Stateless. For whoever stands before several nodes, or is one of them.</remarks>
public static class NodeBinding
{
    /// <summary>Tells what a request has to be sent to a certain node for.</summary>
    /// <param name="apiKey">The API.</param>
    /// <returns>The kind of thing, or <see langword="null"/> where every node answers alike.</returns>
    public static RequestTargetKind? Of(ApiKey apiKey) => apiKey switch
    {
        ApiKey.Produce or ApiKey.Fetch or ApiKey.ListOffsets or ApiKey.OffsetForLeaderEpoch or ApiKey.DeleteRecords
            or ApiKey.DescribeProducers or ApiKey.ShareFetch or ApiKey.ShareAcknowledge =>
            RequestTargetKind.Partition,
        ApiKey.OffsetCommit or ApiKey.OffsetFetch or ApiKey.OffsetDelete or ApiKey.TxnOffsetCommit
            or ApiKey.JoinGroup or ApiKey.SyncGroup or ApiKey.Heartbeat or ApiKey.LeaveGroup
            or ApiKey.DescribeGroups or ApiKey.DeleteGroups
            or ApiKey.ConsumerGroupHeartbeat or ApiKey.ConsumerGroupDescribe
            or ApiKey.ShareGroupHeartbeat or ApiKey.ShareGroupDescribe or ApiKey.DescribeShareGroupOffsets
            or ApiKey.AlterShareGroupOffsets or ApiKey.DeleteShareGroupOffsets => RequestTargetKind.Group,
        ApiKey.InitProducerId or ApiKey.AddPartitionsToTxn or ApiKey.AddOffsetsToTxn or ApiKey.EndTxn
            or ApiKey.DescribeTransactions => RequestTargetKind.TransactionalId,
        _ => null,
    };
}
