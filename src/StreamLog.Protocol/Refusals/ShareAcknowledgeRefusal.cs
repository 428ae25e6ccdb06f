using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses acknowledgements: for each partition, or at the top where it is about all of them.</summary>
internal sealed class ShareAcknowledgeRefusal()
    : PartedRefusal<ShareAcknowledgeRequest, ShareAcknowledgeResponse>(
        request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override ShareAcknowledgeResponse CreateWhole(
        ShareAcknowledgeRequest request, ErrorCode error, string? message)
    {
        return new ShareAcknowledgeResponse { ErrorCode = error, ErrorMessage = message };
    }

    /// <inheritdoc/>
    protected override ShareAcknowledgeResponse Refuse(
        ShareAcknowledgeRequest request, ErrorCode error, string? message) => new()
        {
            Responses = request.Topics.ConvertAll(topic => new ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse
            {
                TopicId = topic.TopicId,
                Partitions = topic.Partitions.ConvertAll(partition => new ShareAcknowledgeResponse.PartitionData
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = error,
                    ErrorMessage = message,
                }),
            }),
        };

    /// <inheritdoc/>
    protected override ShareAcknowledgeRequest? Part(ShareAcknowledgeRequest request, Cut cut)
    {
        ShareAcknowledgeRequest? part = cut.Parts(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => cut.Leaves(
                topic,
                topic.Partitions,
                (copy, partitions) => copy.Partitions = partitions,
                partition => RequestTarget.OfPartition(null, topic.TopicId, partition.PartitionIndex)));
        if (part is not null || !cut.IsForAdmitted)
            return part;

        // The session goes on: every request of it counts, and the last one ends it.
        part = Cut.Copy(request);
        part.Topics = [];
        return part;
    }

    /// <inheritdoc/>
    public override void Merge(ShareAcknowledgeResponse into, ShareAcknowledgeResponse refused) => Join(
        into.Responses,
        refused.Responses,
        topic => KeyOf(null, topic.TopicId),
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
