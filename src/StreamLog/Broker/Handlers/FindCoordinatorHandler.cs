using System.Buffers.Text;
using System.Globalization;
using StreamLog.Broker.Faces;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which node coordinates a group, a transactional id or a share partition: this one, or of several in
/// this process the leader of what keeps it.</summary>
internal sealed class FindCoordinatorHandler(BrokerParts parts)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;
    private const sbyte SharePartition = 2;
    private const short FirstWithKeys = 4;
    private const short FirstWithSharePartitions = 6;
    private const int TopicIdBytes = 16;

    /// <inheritdoc/>
    protected override async ValueTask<FindCoordinatorResponse> HandleAsync(
        FindCoordinatorRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        FindCoordinatorResponse response = new();

        // Older versions ask for one coordinator and are answered at the top; newer ones ask for a list.
        if (request.Version < FirstWithKeys || request.Key.Length > 0)
        {
            FindCoordinatorResponse.Coordinator single =
                await FindAsync(request.Key, request, cancellationToken).ConfigureAwait(false);
            response.ErrorCode = single.ErrorCode;
            response.ErrorMessage = single.ErrorMessage;
            response.NodeId = single.NodeId;
            response.Host = single.Host;
            response.Port = single.Port;
        }

        foreach (string key in request.CoordinatorKeys)
            response.Coordinators.Add(await FindAsync(key, request, cancellationToken).ConfigureAwait(false));
        return response;
    }

    private static string? FindFault(string key, FindCoordinatorRequest request) => request.KeyType switch
    {
        Group => null,
        Transaction => TransactionalIds.IsLegal(key) ? null : "A transactional id has 1 to 1024 characters.",
        SharePartition when request.Version >= FirstWithSharePartitions =>
            IsSharePartition(key) ? null : $"'{key}' is no share partition. Use group:topicId:partition.",
        _ => $"There is no kind of coordinator {request.KeyType}. Use 0 for groups, 1 for transactional ids, and " +
            "2 for share partitions.",
    };

    // A group may have colons in its name. The topic's id is written as Kafka does: in the letters of base 64.
    private static bool IsSharePartition(string key)
    {
        int last = key.LastIndexOf(':');
        int first = last <= 0 ? -1 : key.LastIndexOf(':', last - 1);
        if (first <= 0)
            return false;

        byte[] topicId = new byte[TopicIdBytes + 1];
        return int.TryParse(key.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && Base64Url.TryDecodeFromChars(key.AsSpan((first + 1)..last), topicId, out int length)
            && length == TopicIdBytes;
    }

    private async ValueTask<FindCoordinatorResponse.Coordinator> FindAsync(
        string key, FindCoordinatorRequest request, CancellationToken cancellationToken)
    {
        string? fault = FindFault(key, request);
        int node = fault is null
            ? await PlaceAsync(key, request.KeyType, cancellationToken).ConfigureAwait(false)
            : PartitionImage.NoLeader;
        bool isFound = node != PartitionImage.NoLeader;
        return new FindCoordinatorResponse.Coordinator
        {
            Key = key,
            ErrorCode = fault is not null ? ErrorCode.InvalidRequest
                : isFound ? ErrorCode.None : ErrorCode.CoordinatorNotAvailable,
            ErrorMessage = fault,
            NodeId = node,
            Host = isFound ? "localhost" : "",
            Port = isFound ? 0 : -1,
        };
    }

    private async ValueTask<int> PlaceAsync(string key, sbyte type, CancellationToken cancellationToken)
    {
        ClusterImage image = parts.Partitions.Current.Image;
        if (image.Brokers.Count == 1)
            return image.Brokers.Keys.First();

        string topic = type switch
        {
            Group => TopicNames.ConsumerOffsets,
            Transaction => TopicNames.TransactionState,
            _ => TopicNames.ShareGroupState,
        };
        if (image.FindTopic(topic) is null)
        {
            if (type == Group)
                await parts.Groups.PrepareAsync(key, cancellationToken).ConfigureAwait(false);
            else if (type == Transaction)
                await parts.Transactions.PrepareAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return CoordinatorPlaces.Find(parts.Partitions.Current.Image, topic, key);
    }
}
