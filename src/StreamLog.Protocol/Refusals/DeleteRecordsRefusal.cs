using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to delete records: for each partition.</summary>
internal sealed class DeleteRecordsRefusal()
    : PartedRefusal<DeleteRecordsRequest, DeleteRecordsResponse>()
{
    /// <inheritdoc/>
    protected override DeleteRecordsResponse Refuse(
        DeleteRecordsRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new DeleteRecordsResponse.DeleteRecordsTopicResult
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(
                    partition => new DeleteRecordsResponse.DeleteRecordsPartitionResult
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = error,
                        LowWatermark = -1,
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override DeleteRecordsRequest? Part(DeleteRecordsRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.Partitions,
            (copy, partitions) => copy.Partitions = partitions,
            partition => RequestTarget.OfPartition(topic.Name, default, partition.PartitionIndex)));

    /// <inheritdoc/>
    public override void Merge(DeleteRecordsResponse into, DeleteRecordsResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => topic.Name,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
