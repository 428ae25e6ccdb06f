using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe consumer groups: for each group.</summary>
internal sealed class ConsumerGroupDescribeRefusal()
    : PartedRefusal<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>()
{
    /// <inheritdoc/>
    protected override ConsumerGroupDescribeResponse Refuse(
        ConsumerGroupDescribeRequest request, ErrorCode error, string? message) => new()
        {
            Groups = request.GroupIds.ConvertAll(group => new ConsumerGroupDescribeResponse.DescribedGroup
            {
                ErrorCode = error,
                GroupId = group,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override ConsumerGroupDescribeRequest? Part(ConsumerGroupDescribeRequest request, Cut cut) => cut.Leaves(
        request,
        request.GroupIds,
        (copy, groups) => copy.GroupIds = groups,
        group => RequestTarget.OfGroup(group));

    /// <inheritdoc/>
    public override void Merge(ConsumerGroupDescribeResponse into, ConsumerGroupDescribeResponse refused) =>
        into.Groups.AddRange(refused.Groups);
}
