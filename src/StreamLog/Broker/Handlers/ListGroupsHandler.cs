using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Lists the groups. None has members yet: they are there for the offsets that they have committed.</summary>
internal sealed class ListGroupsHandler(BrokerParts parts) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    private const string State = "Empty";
    private const string Type = "classic";

    /// <inheritdoc/>
    protected override ValueTask<ListGroupsResponse> HandleAsync(
        ListGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ListGroupsResponse response = new();
        if (!IsAskedFor(request.StatesFilter, State) || !IsAskedFor(request.TypesFilter, Type))
            return new ValueTask<ListGroupsResponse>(response);

        foreach (string group in parts.Groups.ListGroups())
        {
            response.Groups.Add(new ListGroupsResponse.ListedGroup
            {
                GroupId = group,
                GroupState = State,
                GroupType = Type,
            });
        }

        return new ValueTask<ListGroupsResponse>(response);
    }

    private static bool IsAskedFor(List<string> filter, string word) =>
        filter.Count == 0 || filter.Contains(word, StringComparer.OrdinalIgnoreCase);
}
