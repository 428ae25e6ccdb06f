using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses commits of offsets: for each partition.</summary>
internal sealed class OffsetCommitRefusal()
    : PartedRefusal<OffsetCommitRequest, OffsetCommitResponse>(request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override OffsetCommitResponse Refuse(
        OffsetCommitRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                Partitions = topic.Partitions.ConvertAll(
                    partition => new OffsetCommitResponse.OffsetCommitResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = error,
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override OffsetCommitRequest? Part(OffsetCommitRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.Name, topic.TopicId, partition.PartitionIndex)));

    /// <inheritdoc/>
    public override void Merge(OffsetCommitResponse into, OffsetCommitResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => KeyOf(topic.Name, topic.TopicId),
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
