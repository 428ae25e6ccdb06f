using StreamLog.Broker.Faces;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which node coordinates a group or a transactional id: this one, or of several in this process
/// the leader of what keeps it.</summary>
internal sealed class FindCoordinatorHandler(BrokerParts parts)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;

    /// <inheritdoc/>
    protected override async ValueTask<FindCoordinatorResponse> HandleAsync(
        FindCoordinatorRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        FindCoordinatorResponse response = new();

        // Older versions ask for one coordinator and are answered at the top; newer ones ask for a list.
        if (request.CoordinatorKeys.Count == 0)
        {
            FindCoordinatorResponse.Coordinator single =
                await FindAsync(request.Key, request.KeyType, cancellationToken).ConfigureAwait(false);
            response.ErrorCode = single.ErrorCode;
            response.ErrorMessage = single.ErrorMessage;
            response.NodeId = single.NodeId;
            response.Host = single.Host;
            response.Port = single.Port;
        }

        foreach (string key in request.CoordinatorKeys)
        {
            response.Coordinators.Add(
                await FindAsync(key, request.KeyType, cancellationToken).ConfigureAwait(false));
        }

        return response;
    }

    private async ValueTask<FindCoordinatorResponse.Coordinator> FindAsync(
        string key, sbyte type, CancellationToken cancellationToken)
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
        int node = error == ErrorCode.None
            ? await PlaceAsync(key, type, cancellationToken).ConfigureAwait(false)
            : PartitionImage.NoLeader;
        if (error == ErrorCode.None && node == PartitionImage.NoLeader)
            error = ErrorCode.CoordinatorNotAvailable;
        bool isFound = error == ErrorCode.None;
        return new FindCoordinatorResponse.Coordinator
        {
            Key = key,
            ErrorCode = error,
            ErrorMessage = message,
            NodeId = node,
            Host = isFound ? "localhost" : "",
            Port = isFound ? 0 : -1,
        };
    }

    private async ValueTask<int> PlaceAsync(string key, sbyte type, CancellationToken cancellationToken)
    {
        ClusterImage image = parts.Partitions.Current.Image;
        if (image.Brokers.Count == 1)
            return parts.NodeId;

        string topic = type == Group ? TopicNames.ConsumerOffsets : TopicNames.TransactionState;
        if (image.FindTopic(topic) is null)
        {
            if (type == Group)
                await parts.Groups.PrepareAsync(key, cancellationToken).ConfigureAwait(false);
            else
                await parts.Transactions.PrepareAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return CoordinatorPlaces.Find(parts.Partitions.Current.Image, topic, key);
    }
}
