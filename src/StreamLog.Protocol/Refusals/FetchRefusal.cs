using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses reads: for each partition, and at the top where it is about all of them.</summary>
internal sealed class FetchRefusal()
    : PartedRefusal<FetchRequest, FetchResponse>()
{
    /// <inheritdoc/>
    protected override FetchResponse CreateWhole(FetchRequest request, ErrorCode error, string? message)
    {
        FetchResponse response = Refuse(request, error, message);
        response.ErrorCode = error;
        response.SessionId = request.SessionId;
        return response;
    }

    /// <inheritdoc/>
    protected override FetchResponse Refuse(FetchRequest request, ErrorCode error, string? message) => new()
    {
        Responses = request.Topics.ConvertAll(topic => new FetchResponse.FetchableTopicResponse
        {
            Topic = topic.Topic,
            TopicId = topic.TopicId,
            Partitions = topic.Partitions.ConvertAll(partition => new FetchResponse.PartitionData
            {
                PartitionIndex = partition.Partition,
                ErrorCode = error,
                HighWatermark = -1,
                Records = RecordBuffer.Empty,
            }),
        }),
    };

    /// <inheritdoc/>
    protected override FetchRequest? Part(FetchRequest request, Cut cut)
    {
        FetchRequest? part = cut.Parts(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => cut.Leaves(
                topic,
                topic.Partitions,
                (copy, partitions) => copy.Partitions = partitions,
                partition => RequestTarget.OfPartition(topic.Topic, topic.TopicId, partition.Partition)));
        if (part is not null || !cut.IsForAdmitted || request.SessionEpoch < 0)
            return part;

        // The session goes on: it holds other partitions, or begins without any.
        part = Cut.Copy(request);
        part.Topics = [];
        return part;
    }

    /// <inheritdoc/>
    public override void Merge(FetchResponse into, FetchResponse refused) => Join(
        into.Responses,
        refused.Responses,
        topic => KeyOf(topic.Topic, topic.TopicId),
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
