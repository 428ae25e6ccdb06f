using StreamLog.Groups;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Lists the groups, those too that are only there for the offsets that they have committed.</summary>
internal sealed class ListGroupsHandler(BrokerParts parts) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ListGroupsResponse> HandleAsync(
        ListGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ListGroupsResponse response = new();
        IReadOnlyList<GroupListing> groups = parts.Groups.ListGroups(out ErrorCode error);
        response.ErrorCode = error;
        foreach (GroupListing group in groups)
        {
            if (!IsAskedFor(request.StatesFilter, group.State) || !IsAskedFor(request.TypesFilter, group.Type))
                continue;

            response.Groups.Add(new ListGroupsResponse.ListedGroup
            {
                GroupId = group.Name,
                ProtocolType = group.ProtocolType,
                GroupState = group.State,
                GroupType = group.Type,
            });
        }

        return new ValueTask<ListGroupsResponse>(response);
    }

    private static bool IsAskedFor(List<string> filter, string word) =>
        filter.Count == 0 || filter.Contains(word, StringComparer.OrdinalIgnoreCase);
}
