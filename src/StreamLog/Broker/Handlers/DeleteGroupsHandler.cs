using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Deletes groups that have no members, with their offsets.</summary>
internal sealed class DeleteGroupsHandler(BrokerParts parts) : ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DeleteGroupsResponse> HandleAsync(
        DeleteGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // Begun together, so that one flush serves them all.
        List<Task<DeleteGroupsResponse.DeletableGroupResult>> deletions =
            [.. request.GroupsNames.Select(name => DeleteAsync(name, cancellationToken).AsTask())];
        return new DeleteGroupsResponse { Results = [.. await Task.WhenAll(deletions).ConfigureAwait(false)] };
    }

    private async ValueTask<DeleteGroupsResponse.DeletableGroupResult> DeleteAsync(
        string name, CancellationToken cancellationToken) => new()
        {
            GroupId = name,
            ErrorCode = await parts.Groups.DeleteGroupAsync(name, cancellationToken).ConfigureAwait(false),
        };
}
