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
        string name, CancellationToken cancellationToken)
    {
        ErrorCode error = await parts.Groups.DeleteGroupAsync(name, cancellationToken).ConfigureAwait(false);
        if (error == ErrorCode.None)
        {
            // Where this is cut short, what is left is forgotten by itself once nobody has taken the name again.
            error = await parts.Shares.ForgetAsync(key => key.Group == name, cancellationToken).ConfigureAwait(false);
        }

        return new DeleteGroupsResponse.DeletableGroupResult { GroupId = name, ErrorCode = error };
    }
}
