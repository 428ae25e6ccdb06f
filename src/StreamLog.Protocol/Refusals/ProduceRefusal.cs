using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses appends: for each partition.</summary>
internal sealed class ProduceRefusal()
    : PartedRefusal<ProduceRequest, ProduceResponse>(
        request => request.TransactionalId is { } id ? RequestTarget.OfTransactionalId(id) : null)
{
    /// <inheritdoc/>
    protected override ProduceResponse Refuse(ProduceRequest request, ErrorCode error, string? message) => new()
    {
        Responses = request.TopicData.ConvertAll(topic => new ProduceResponse.TopicProduceResponse
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            PartitionResponses = topic.PartitionData.ConvertAll(
                partition => new ProduceResponse.PartitionProduceResponse
                {
                    Index = partition.Index,
                    ErrorCode = error,
                    BaseOffset = -1,
                    ErrorMessage = message,
                }),
        }),
    };

    /// <inheritdoc/>
    protected override ProduceRequest? Part(ProduceRequest request, Cut cut) => cut.Parts(
        request,
        request.TopicData,
        (copy, topics) =>
        {
            copy.TopicData = topics;
            copy.ResponseToFill = null; // It has as many parts as the sender's request.
        },
        topic => cut.Leaves(
            topic,
            topic.PartitionData,
            (copy, partitions) => copy.PartitionData = partitions,
            partition => RequestTarget.OfPartition(topic.Name, topic.TopicId, partition.Index)));

    /// <inheritdoc/>
    public override void Merge(ProduceResponse into, ProduceResponse refused) => Join(
        into.Responses,
        refused.Responses,
        topic => KeyOf(topic.Name, topic.TopicId),
        (topic, more) => topic.PartitionResponses.AddRange(more.PartitionResponses));
}
