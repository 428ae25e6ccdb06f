using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to tell what groups have committed: for each partition or group. Older versions ask for one group,
/// at the top.</summary>
internal sealed class OffsetFetchRefusal()
    : PartedRefusal<OffsetFetchRequest, OffsetFetchResponse>(
        request => request.Groups.Count == 0 ? RequestTarget.OfGroup(request.GroupId) : null)
{
    private const long NoOffset = -1;

    /// <inheritdoc/>
    protected override OffsetFetchResponse CreateWhole(
        OffsetFetchRequest request, ErrorCode error, string? message)
    {
        if (request.Groups.Count > 0)
            return new OffsetFetchResponse { Groups = request.Groups.ConvertAll(group => Whole(group, error)) };

        OffsetFetchResponse response = Refuse(request, error, message);
        response.ErrorCode = error;
        return response;
    }

    /// <inheritdoc/>
    protected override OffsetFetchResponse Refuse(OffsetFetchRequest request, ErrorCode error, string? message) =>
        new()
        {
            Topics = (request.Topics ?? []).ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.PartitionIndexes.ConvertAll(
                    partition => new OffsetFetchResponse.OffsetFetchResponsePartition
                    {
                        PartitionIndex = partition,
                        CommittedOffset = NoOffset,
                        ErrorCode = error,
                    }),
            }),
            Groups = request.Groups.ConvertAll(group => Refuse(group, error)),
        };

    /// <inheritdoc/>
    protected override OffsetFetchRequest? Part(OffsetFetchRequest request, Cut cut)
    {
        if (request.Groups.Count > 0)
        {
            return cut.Parts(
                request, request.Groups, (copy, groups) => copy.Groups = groups, group => Part(group, cut));
        }

        if (request.Topics is null)
            return cut.IsForAdmitted ? request : null;
        return cut.Parts(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => cut.Leaves(
                topic,
                topic.PartitionIndexes,
                (copy, partitions) => copy.PartitionIndexes = partitions,
                partition => RequestTarget.OfPartition(topic.Name, default, partition)));
    }

    /// <inheritdoc/>
    public override void Merge(OffsetFetchResponse into, OffsetFetchResponse refused)
    {
        Join(
            into.Topics,
            refused.Topics,
            topic => topic.Name,
            (topic, more) => topic.Partitions.AddRange(more.Partitions));
        Join(into.Groups, refused.Groups, group => (group.GroupId, group.ErrorCode), (group, others) => Join(
            group.Topics,
            others.Topics,
            topic => KeyOf(topic.Name, topic.TopicId),
            (topic, more) => topic.Partitions.AddRange(more.Partitions)));
    }

    // A group without topics is one that was refused as a whole.
    private static OffsetFetchRequest.OffsetFetchRequestGroup? Part(
        OffsetFetchRequest.OffsetFetchRequestGroup group, Cut cut) => cut.Under(
            group,
            RequestTarget.OfGroup(group.GroupId),
            whole: copy => copy.Topics = null,
            group.Topics is not { } asked ? null : () => cut.Parts(
                group,
                asked,
                (copy, topics) => copy.Topics = topics,
                topic => cut.Leaves(
                    topic,
                    topic.PartitionIndexes,
                    (copy, partitions) => copy.PartitionIndexes = partitions,
                    partition => RequestTarget.OfPartition(topic.Name, topic.TopicId, partition))));

    private static OffsetFetchResponse.OffsetFetchResponseGroup Whole(
        OffsetFetchRequest.OffsetFetchRequestGroup group, ErrorCode error) =>
        new() { GroupId = group.GroupId, ErrorCode = error };

    private static OffsetFetchResponse.OffsetFetchResponseGroup Refuse(
        OffsetFetchRequest.OffsetFetchRequestGroup group, ErrorCode error) => group.Topics is null
            ? Whole(group, error)
            : new OffsetFetchResponse.OffsetFetchResponseGroup
            {
                GroupId = group.GroupId,
                Topics = group.Topics.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Name,
                    TopicId = topic.TopicId,
                    Partitions = topic.PartitionIndexes.ConvertAll(
                        partition => new OffsetFetchResponse.OffsetFetchResponsePartitions
                        {
                            PartitionIndex = partition,
                            CommittedOffset = NoOffset,
                            ErrorCode = error,
                        }),
                }),
            };
}
