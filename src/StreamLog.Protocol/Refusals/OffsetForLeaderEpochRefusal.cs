using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to tell where epochs end: for each partition.</summary>
internal sealed class OffsetForLeaderEpochRefusal()
    : PartedRefusal<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>()
{
    /// <inheritdoc/>
    protected override OffsetForLeaderEpochResponse Refuse(
        OffsetForLeaderEpochRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
            {
                Topic = topic.Topic,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetForLeaderEpochResponse.EpochEndOffset
                {
                    Partition = partition.Partition,
                    ErrorCode = error,
                }),
            }),
        };

    /// <inheritdoc/>
    protected override OffsetForLeaderEpochRequest? Part(OffsetForLeaderEpochRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.Topic, default, partition.Partition)));

    /// <inheritdoc/>
    public override void Merge(OffsetForLeaderEpochResponse into, OffsetForLeaderEpochResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => topic.Topic,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
