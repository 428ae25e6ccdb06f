using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to delete groups: for each group.</summary>
internal sealed class DeleteGroupsRefusal()
    : PartedRefusal<DeleteGroupsRequest, DeleteGroupsResponse>()
{
    /// <inheritdoc/>
    protected override DeleteGroupsResponse Refuse(
        DeleteGroupsRequest request, ErrorCode error, string? message) => new()
        {
            Results = request.GroupsNames.ConvertAll(group => new DeleteGroupsResponse.DeletableGroupResult
            {
                ErrorCode = error,
                GroupId = group,
            }),
        };

    /// <inheritdoc/>
    protected override DeleteGroupsRequest? Part(DeleteGroupsRequest request, Cut cut) => cut.Leaves(
        request,
        request.GroupsNames,
        (copy, groups) => copy.GroupsNames = groups,
        group => RequestTarget.OfGroup(group));

    /// <inheritdoc/>
    public override void Merge(DeleteGroupsResponse into, DeleteGroupsResponse refused) =>
        into.Results.AddRange(refused.Results);
}
