using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to name coordinators: for each key, or at the top in older versions, which ask for one.</summary>
internal sealed class FindCoordinatorRefusal()
    : PartedRefusal<FindCoordinatorRequest, FindCoordinatorResponse>(
        request => request.CoordinatorKeys.Count == 0 ? TargetOf(request.KeyType, request.Key) : null)
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;

    /// <inheritdoc/>
    protected override FindCoordinatorResponse Refuse(
        FindCoordinatorRequest request, ErrorCode error, string? message)
    {
        bool isSingle = request.CoordinatorKeys.Count == 0;
        return new FindCoordinatorResponse
        {
            ErrorCode = isSingle ? error : ErrorCode.None,
            ErrorMessage = isSingle ? message : null,
            NodeId = isSingle ? -1 : 0,
            Port = isSingle ? -1 : 0,
            Coordinators = request.CoordinatorKeys.ConvertAll(key => new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                ErrorCode = error,
                ErrorMessage = message,
                NodeId = -1,
                Port = -1,
            }),
        };
    }

    /// <inheritdoc/>
    protected override FindCoordinatorRequest? Part(FindCoordinatorRequest request, Cut cut) => cut.Leaves(
        request,
        request.CoordinatorKeys,
        (copy, keys) => copy.CoordinatorKeys = keys,
        key => TargetOf(request.KeyType, key));

    /// <inheritdoc/>
    public override void Merge(FindCoordinatorResponse into, FindCoordinatorResponse refused) =>
        into.Coordinators.AddRange(refused.Coordinators);

    private static RequestTarget TargetOf(sbyte keyType, string key) => keyType switch
    {
        Transaction => RequestTarget.OfTransactionalId(key),
        Group => RequestTarget.OfGroup(key),
        _ => RequestTarget.OfGroup(GroupOfShareKey(key)),
    };

    // The key of a share partition is group:topic id:partition, and a group's id may have colons too.
    private static string GroupOfShareKey(string key)
    {
        int partition = key.LastIndexOf(':');
        int topic = partition > 0 ? key.LastIndexOf(':', partition - 1) : -1;
        return topic > 0 ? key[..topic] : key;
    }
}
