using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to tell where queues begin: for each partition or group.</summary>
internal sealed class DescribeShareGroupOffsetsRefusal()
    : PartedRefusal<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse>()
{
    /// <inheritdoc/>
    protected override DescribeShareGroupOffsetsResponse CreateWhole(
        DescribeShareGroupOffsetsRequest request, ErrorCode error, string? message) =>
        new() { Groups = request.Groups.ConvertAll(group => Whole(group, error, message)) };

    /// <inheritdoc/>
    protected override DescribeShareGroupOffsetsResponse Refuse(
        DescribeShareGroupOffsetsRequest request, ErrorCode error, string? message) => new()
        {
            Groups = request.Groups.ConvertAll(group => group.Topics is null
                ? Whole(group, error, message)
                : new DescribeShareGroupOffsetsResponse.DescribedGroup
                {
                    GroupId = group.GroupId,
                    Topics = group.Topics.ConvertAll(topic => Refuse(topic, error, message)),
                }),
        };

    /// <inheritdoc/>
    protected override DescribeShareGroupOffsetsRequest? Part(DescribeShareGroupOffsetsRequest request, Cut cut) =>
        cut.Parts(request, request.Groups, (copy, groups) => copy.Groups = groups, group => Part(group, cut));

    /// <inheritdoc/>
    public override void Merge(
        DescribeShareGroupOffsetsResponse into, DescribeShareGroupOffsetsResponse refused) => Join(
            into.Groups,
            refused.Groups,
            group => (group.GroupId, group.ErrorCode),
            (group, others) => Join(
                group.Topics,
                others.Topics,
                topic => topic.TopicName,
                (topic, more) => topic.Partitions.AddRange(more.Partitions)));

    // A group without topics is one that was refused as a whole.
    private static DescribeShareGroupOffsetsRequest.DescribeGroup? Part(
        DescribeShareGroupOffsetsRequest.DescribeGroup group, Cut cut) => cut.Under(
            group,
            RequestTarget.OfGroup(group.GroupId),
            whole: copy => copy.Topics = null,
            group.Topics is not { } asked ? null : () => cut.Parts(
                group,
                asked,
                (copy, topics) => copy.Topics = topics,
                topic => cut.Leaves(
                    topic,
                    topic.Partitions,
                    (copy, partitions) => copy.Partitions = partitions,
                    partition => RequestTarget.OfPartition(topic.TopicName, default, partition))));

    private static DescribeShareGroupOffsetsResponse.DescribedGroup Whole(
        DescribeShareGroupOffsetsRequest.DescribeGroup group, ErrorCode error, string? message) =>
        new() { GroupId = group.GroupId, ErrorCode = error, ErrorMessage = message };

    private static DescribeShareGroupOffsetsResponse.DescribedTopic Refuse(
        DescribeShareGroupOffsetsRequest.DescribeTopic topic, ErrorCode error, string? message) => new()
        {
            TopicName = topic.TopicName,
            Partitions = topic.Partitions.ConvertAll(
                partition => new DescribeShareGroupOffsetsResponse.DescribedPartition
                {
                    PartitionIndex = partition,
                    StartOffset = -1,
                    LeaderEpoch = -1,
                    ErrorCode = error,
                    ErrorMessage = message,
                }),
        };
}
