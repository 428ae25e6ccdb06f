using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to set where queues begin: for each partition, or at the top for the group.</summary>
internal sealed class AlterShareGroupOffsetsRefusal()
    : PartedRefusal<AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse>(
        request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override AlterShareGroupOffsetsResponse CreateWhole(
        AlterShareGroupOffsetsRequest request, ErrorCode error, string? message)
    {
        return new AlterShareGroupOffsetsResponse { ErrorCode = error, ErrorMessage = message };
    }

    /// <inheritdoc/>
    protected override AlterShareGroupOffsetsResponse Refuse(
        AlterShareGroupOffsetsRequest request, ErrorCode error, string? message) => new()
        {
            Responses = request.Topics.ConvertAll(topic => new AlterShareGroupOffsetsResponse.AlteredTopic
            {
                TopicName = topic.TopicName,
                Partitions = topic.Partitions.ConvertAll(
                    partition => new AlterShareGroupOffsetsResponse.AlteredPartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = error,
                        ErrorMessage = message,
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override AlterShareGroupOffsetsRequest? Part(AlterShareGroupOffsetsRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.TopicName, default, partition.PartitionIndex)));

    /// <inheritdoc/>
    public override void Merge(AlterShareGroupOffsetsResponse into, AlterShareGroupOffsetsResponse refused) => Join(
        into.Responses,
        refused.Responses,
        topic => topic.TopicName,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
