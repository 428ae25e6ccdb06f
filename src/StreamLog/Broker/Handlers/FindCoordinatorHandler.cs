using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which node coordinates a group or a transactional id: this one.</summary>
internal sealed class FindCoordinatorHandler(BrokerParts parts)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;

    /// <inheritdoc/>
    protected override ValueTask<FindCoordinatorResponse> HandleAsync(
        FindCoordinatorRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        FindCoordinatorResponse response = new();

        // Older versions ask for one coordinator and are answered at the top; newer ones ask for a list.
        FindCoordinatorResponse.Coordinator single = Find(request.Key, request.KeyType);
        if (request.CoordinatorKeys.Count == 0)
        {
            response.ErrorCode = single.ErrorCode;
            response.ErrorMessage = single.ErrorMessage;
            response.NodeId = single.NodeId;
            response.Host = single.Host;
            response.Port = single.Port;
        }

        foreach (string key in request.CoordinatorKeys)
            response.Coordinators.Add(Find(key, request.KeyType));
        return new ValueTask<FindCoordinatorResponse>(response);
    }

    private FindCoordinatorResponse.Coordinator Find(string key, sbyte type)
    {
        (ErrorCode error, string? message) = type switch
        {
            Group => (ErrorCode.None, null),
            Transaction when TransactionalIds.IsLegal(key) => (ErrorCode.None, null),
            Transaction => (ErrorCode.InvalidRequest, "A transactional id has 1 to 1024 characters."),
            _ => (
                ErrorCode.InvalidRequest,
                $"There is no kind of coordinator {type}. Use 0 for groups and 1 for transactional ids."),
        };
        bool isHere = error == ErrorCode.None;
        return new FindCoordinatorResponse.Coordinator
        {
            Key = key,
            ErrorCode = error,
            ErrorMessage = message,
            NodeId = isHere ? parts.NodeId : -1,
            Host = isHere ? "localhost" : "",
            Port = isHere ? 0 : -1,
        };
    }
}
