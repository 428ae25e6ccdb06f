using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe producers: for each partition.</summary>
internal sealed class DescribeProducersRefusal()
    : PartedRefusal<DescribeProducersRequest, DescribeProducersResponse>()
{
    /// <inheritdoc/>
    protected override DescribeProducersResponse Refuse(
        DescribeProducersRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new DescribeProducersResponse.TopicResponse
            {
                Name = topic.Name,
                Partitions = topic.PartitionIndexes.ConvertAll(
                    partition => new DescribeProducersResponse.PartitionResponse
                    {
                        PartitionIndex = partition,
                        ErrorCode = error,
                        ErrorMessage = message,
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override DescribeProducersRequest? Part(DescribeProducersRequest request, Cut cut) => cut.Parts(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => cut.Leaves(
            topic,
            topic.PartitionIndexes,
            (copy, partitions) => copy.PartitionIndexes = partitions,
            partition => RequestTarget.OfPartition(topic.Name, default, partition)));

    /// <inheritdoc/>
    public override void Merge(DescribeProducersResponse into, DescribeProducersResponse refused) => Join(
        into.Topics,
        refused.Topics,
        topic => topic.Name,
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
