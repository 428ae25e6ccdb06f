using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Describes groups of the classic protocol.</summary>
internal sealed class DescribeGroupsHandler(BrokerParts parts)
    : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    private const short FirstWithNotFound = 6;

    /// <inheritdoc/>
    protected override ValueTask<DescribeGroupsResponse> HandleAsync(
        DescribeGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        DescribeGroupsResponse response = new();
        foreach (string group in request.Groups)
            response.Groups.Add(Describe(group, request.Version));
        return new ValueTask<DescribeGroupsResponse>(response);
    }

    private DescribeGroupsResponse.DescribedGroup Describe(string name, short version)
    {
        DescribeGroupsResponse.DescribedGroup? found =
            parts.Groups.Read(name, groups => Describe(groups, name), out ErrorCode error);
        if (found is not null)
            return found;

        // Older clients know a group that is not there by its state, newer ones by the error as well (KIP-1043).
        return error != ErrorCode.None
            ? new DescribeGroupsResponse.DescribedGroup { GroupId = name, ErrorCode = error }
            : new DescribeGroupsResponse.DescribedGroup
            {
                GroupId = name,
                ErrorCode = version < FirstWithNotFound ? ErrorCode.None : ErrorCode.GroupIdNotFound,
                ErrorMessage = $"There is no classic group {name}.",
                GroupState = nameof(ClassicGroupState.Dead),
            };
    }

    private static DescribeGroupsResponse.DescribedGroup? Describe(GroupTable groups, string name) =>
        groups.Find(name) switch
        {
            ClassicGroup group => group.Describe(),
            null when groups.Offsets.Has(name) => new DescribeGroupsResponse.DescribedGroup
            {
                GroupId = name,
                GroupState = nameof(ClassicGroupState.Empty),
            },
            _ => null,
        };
}
