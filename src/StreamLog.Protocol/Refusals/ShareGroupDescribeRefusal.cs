using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe share groups: for each group.</summary>
internal sealed class ShareGroupDescribeRefusal()
    : PartedRefusal<ShareGroupDescribeRequest, ShareGroupDescribeResponse>()
{
    /// <inheritdoc/>
    protected override ShareGroupDescribeResponse Refuse(
        ShareGroupDescribeRequest request, ErrorCode error, string? message) => new()
        {
            Groups = request.GroupIds.ConvertAll(group => new ShareGroupDescribeResponse.DescribedGroup
            {
                ErrorCode = error,
                GroupId = group,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override ShareGroupDescribeRequest? Part(ShareGroupDescribeRequest request, Cut cut) => cut.Leaves(
        request,
        request.GroupIds,
        (copy, groups) => copy.GroupIds = groups,
        group => RequestTarget.OfGroup(group));

    /// <inheritdoc/>
    public override void Merge(ShareGroupDescribeResponse into, ShareGroupDescribeResponse refused) =>
        into.Groups.AddRange(refused.Groups);
}
