using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Broker.Faces;

/// <summary>What a node of several in one process answers for, at one moment. Immutable.</summary>
/// <param name="image">The metadata.</param>
/// <param name="nodeId">The node.</param>
internal sealed class FaceRules(ClusterImage image, int nodeId)
{
    /// <summary>Judges one thing that a request names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">The thing.</param>
    /// <returns>None where this node answers for it.</returns>
    public ErrorCode Judge<TResponse>(IRequest<TResponse> request, RequestTarget target)
        where TResponse : class
    {
        if (target.Kind != NodeBinding.Of(request.ApiKey))
            return ErrorCode.None;

        switch (target.Kind)
        {
            case RequestTargetKind.Partition:
                // What is not there is told so by whoever is asked.
                bool mayFollow = request is FetchRequest { RackId.Length: > 0 };
                return Find(target.Name, target.TopicId, target.Partition) is not { } partition
                    || partition.Leader == nodeId
                    || (mayFollow && partition.InSyncReplicas.Contains(nodeId))
                    ? ErrorCode.None
                    : ErrorCode.NotLeaderOrFollower;
            case RequestTargetKind.Group:
                return target.Name.Length == 0 || Coordinates(TopicNames.ConsumerOffsets, target.Name)
                    ? ErrorCode.None
                    : ErrorCode.NotCoordinator;
            default:
                return target.Name.Length == 0 || Coordinates(TopicNames.TransactionState, target.Name)
                    ? ErrorCode.None
                    : ErrorCode.NotCoordinator;
        }
    }

    /// <summary>Tells whether this node coordinates a group or a transactional id.</summary>
    /// <param name="topic">The internal topic.</param>
    /// <param name="key">The group or the transactional id.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public bool Coordinates(string topic, string key) => CoordinatorPlaces.Find(image, topic, key) == nodeId;

    /// <summary>Finds a partition.</summary>
    /// <param name="name">The topic's name, or nothing where its id names it.</param>
    /// <param name="topicId">The topic's id, or the empty one.</param>
    /// <param name="number">The partition's number.</param>
    /// <returns>The partition, or <see langword="null"/>.</returns>
    public PartitionImage? Find(string? name, Guid topicId, int number)
    {
        TopicImage? topic = topicId != Guid.Empty ? image.FindTopic(topicId) : image.FindTopic(name ?? "");
        return topic is not null && (uint)number < (uint)topic.Partitions.Length ? topic.Partitions[number] : null;
    }

    /// <summary>Finds a replica that a consumer should read from rather than from this node, which leads: one in its
    /// rack.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="rack">The consumer's rack.</param>
    /// <returns>The node, or <see langword="null"/>.</returns>
    public int? FindNearer(PartitionImage partition, string rack)
    {
        if (partition.Leader != nodeId || rack.Length == 0 || image.Brokers[nodeId].Rack == rack)
            return null;

        foreach (int replica in partition.InSyncReplicas)
        {
            if (image.IsActive(replica) && image.Brokers[replica].Rack == rack)
                return replica;
        }

        return null;
    }
}
