using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses reads from queues: for each partition, or at the top where it is about all of them.</summary>
internal sealed class ShareFetchRefusal()
    : PartedRefusal<ShareFetchRequest, ShareFetchResponse>(request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override ShareFetchResponse CreateWhole(ShareFetchRequest request, ErrorCode error, string? message)
    {
        return new ShareFetchResponse { ErrorCode = error, ErrorMessage = message };
    }

    /// <inheritdoc/>
    protected override ShareFetchResponse Refuse(ShareFetchRequest request, ErrorCode error, string? message) => new()
    {
        Responses = request.Topics.ConvertAll(topic => new ShareFetchResponse.ShareFetchableTopicResponse
        {
            TopicId = topic.TopicId,
            Partitions = topic.Partitions.ConvertAll(partition => new ShareFetchResponse.PartitionData
            {
                PartitionIndex = partition.PartitionIndex,
                ErrorCode = error,
                Records = RecordBuffer.Empty,
                ErrorMessage = message,
            }),
        }),
    };

    /// <inheritdoc/>
    protected override ShareFetchRequest? Part(ShareFetchRequest request, Cut cut)
    {
        ShareFetchRequest? part = cut.Parts(
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
    public override void Merge(ShareFetchResponse into, ShareFetchResponse refused) => Join(
        into.Responses,
        refused.Responses,
        topic => KeyOf(null, topic.TopicId),
        (topic, more) => topic.Partitions.AddRange(more.Partitions));
}
