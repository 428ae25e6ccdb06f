using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe the partitions of topics: for each topic.</summary>
internal sealed class DescribeTopicPartitionsRefusal()
    : PartedRefusal<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>()
{
    /// <inheritdoc/>
    protected override DescribeTopicPartitionsResponse Refuse(
        DescribeTopicPartitionsRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(
                topic => new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
                {
                    ErrorCode = error,
                    Name = topic.Name,
                }),
        };

    /// <inheritdoc/>
    protected override DescribeTopicPartitionsRequest? Part(
        DescribeTopicPartitionsRequest request, Cut cut) => cut.Leaves(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => RequestTarget.OfTopic(topic.Name));

    /// <inheritdoc/>
    public override void Merge(DescribeTopicPartitionsResponse into, DescribeTopicPartitionsResponse refused) =>
        into.Topics.AddRange(refused.Topics);
}
