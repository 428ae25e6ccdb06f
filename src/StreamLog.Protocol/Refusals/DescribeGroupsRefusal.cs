using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe groups: for each group.</summary>
internal sealed class DescribeGroupsRefusal()
    : PartedRefusal<DescribeGroupsRequest, DescribeGroupsResponse>()
{
    /// <inheritdoc/>
    protected override DescribeGroupsResponse Refuse(
        DescribeGroupsRequest request, ErrorCode error, string? message) => new()
        {
            Groups = request.Groups.ConvertAll(group => new DescribeGroupsResponse.DescribedGroup
            {
                ErrorCode = error,
                GroupId = group,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override DescribeGroupsRequest? Part(DescribeGroupsRequest request, Cut cut) => cut.Leaves(
        request,
        request.Groups,
        (copy, groups) => copy.Groups = groups,
        group => RequestTarget.OfGroup(group));

    /// <inheritdoc/>
    public override void Merge(DescribeGroupsResponse into, DescribeGroupsResponse refused) =>
        into.Groups.AddRange(refused.Groups);
}
