using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses look-ups of offsets: for each partition.</summary>
internal sealed class ListOffsetsRefusal()
    : PartedRefusal<ListOffsetsRequest, ListOffsetsResponse>()
{
    /// <inheritdoc/>
    protected override ListOffsetsResponse Refuse(ListOffsetsRequest request, ErrorCode error, string? message) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new ListOffsetsResponse.ListOffsetsTopicResponse
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => new ListOffsetsResponse.ListOffsetsPartitionResponse
            {
                PartitionIndex = partition.PartitionIndex,
                ErrorCode = error,
            }),
        }),
    };

    /// <inheritdoc/>
    protected override ListOffsetsRequest? Part(ListOffsetsRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.Name, default, partition.PartitionIndex)));

    /// <inheritdoc/>
    public override void Merge(ListOffsetsResponse into, ListOffsetsResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => topic.Name,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
