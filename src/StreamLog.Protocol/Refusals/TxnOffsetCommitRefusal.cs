using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses commits of offsets within a transaction: for each partition.</summary>
internal sealed class TxnOffsetCommitRefusal()
    : PartedRefusal<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
        request => RequestTarget.OfTransactionalId(request.TransactionalId),
        request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override TxnOffsetCommitResponse Refuse(
        TxnOffsetCommitRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(
                    partition => new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = error,
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override TxnOffsetCommitRequest? Part(TxnOffsetCommitRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.Name, default, partition.PartitionIndex)));

    /// <inheritdoc/>
    public override void Merge(TxnOffsetCommitResponse into, TxnOffsetCommitResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => topic.Name,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
