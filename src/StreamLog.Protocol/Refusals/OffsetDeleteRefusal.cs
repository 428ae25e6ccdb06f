using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to delete offsets: for each partition, or at the top for the group.</summary>
internal sealed class OffsetDeleteRefusal()
    : PartedRefusal<OffsetDeleteRequest, OffsetDeleteResponse>(request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override OffsetDeleteResponse CreateWhole(OffsetDeleteRequest request, ErrorCode error, string? message)
    {
        return new OffsetDeleteResponse { ErrorCode = error };
    }

    /// <inheritdoc/>
    protected override OffsetDeleteResponse Refuse(
        OffsetDeleteRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new OffsetDeleteResponse.OffsetDeleteResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(
                    partition => new OffsetDeleteResponse.OffsetDeleteResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = error,
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override OffsetDeleteRequest? Part(OffsetDeleteRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.Name, default, partition.PartitionIndex)));

    /// <inheritdoc/>
    public override void Merge(OffsetDeleteResponse into, OffsetDeleteResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => topic.Name,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
