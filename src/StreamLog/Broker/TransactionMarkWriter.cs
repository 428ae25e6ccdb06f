using StreamLog.Coordinators;
using StreamLog.Extensibility;
using StreamLog.Groups;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Writes the marks that end transactions into the partitions of this node.</summary>
/// <remarks>Owned by the broker; thread-safe.</remarks>
/// <param name="environment">The clock.</param>
/// <param name="metadata">The topics there are.</param>
/// <param name="partitions">The partitions of this node.</param>
/// <param name="groups">Ends transactions in <c>__consumer_offsets</c>.</param>
internal sealed class TransactionMarkWriter(
    INodeEnvironment environment, ClusterMetadata metadata, PartitionTable partitions, GroupCoordinator groups)
{
    /// <summary>Writes a mark, and waits until it is committed.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="cancellationToken">Stops the wait. The mark may be written all the same.</param>
    /// <returns>None once it is committed. <see cref="ErrorCode.UnknownTopicOrPartition"/> where there is no such
    /// partition any more.</returns>
    public async Task<ErrorCode> WriteAsync(
        TopicPartition partition, TransactionMark mark, CancellationToken cancellationToken)
    {
        if (metadata.Image.FindTopic(partition.Topic) is not { } topic
            || (uint)partition.Partition >= (uint)topic.Partitions.Length)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

        if (partition.Topic == TopicNames.ConsumerOffsets)
        {
            return await groups
                .EndTransactionAsync(partition.Partition, mark, cancellationToken)
                .ConfigureAwait(false);
        }

        return partitions.Current.Find(partition.Topic)?.Find(partition.Partition) is { } replica
            ? await AppendAsync(replica, mark, cancellationToken).ConfigureAwait(false)
            : ErrorCode.KafkaStorageError;
    }

    private async Task<ErrorCode> AppendAsync(
        ReplicatedPartition partition, TransactionMark mark, CancellationToken cancellationToken)
    {
        AppendResult appended;
        using (RecordBuffer batch = ControlRecords.BuildEndTransaction(
            mark.IsCommit ? ControlRecordType.Commit : ControlRecordType.Abort,
            mark.ProducerId,
            mark.ProducerEpoch,
            mark.CoordinatorEpoch,
            environment.Time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            appended = partition.Append(batch, AppendOrigin.Coordinator);
        }

        if (!appended.IsSuccess)
            return appended.ErrorCode;

        MarkWaiter waiter = new();
        bool isWaiting = partition.TryWait(waiter, appended.LastOffset + 1);
        partition.Announce();
        if (!isWaiting)
            return partition.Failure?.ErrorCode ?? ErrorCode.None;
        return await waiter.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
