using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides who leads partitions: elections that were asked for, and those that a node's leaving calls
/// for. Stateless.</summary>
/// <remarks>
/// A partition is led by the first of its replicas that is in sync and active. An unclean election takes any active
/// replica where none of these is in sync.
/// </remarks>
internal static class LeaderElection
{
    private const sbyte Preferred = 0;
    private const sbyte Unclean = 1;

    /// <summary>Decides about elections that were asked for.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<ElectLeadersResponse> Decide(ClusterImage image, ElectLeadersRequest request)
    {
        ElectLeadersResponse response = new();
        List<IMetadataRecord> records = [];
        if (request.ElectionType is not (Preferred or Unclean))
        {
            response.ErrorCode = ErrorCode.InvalidRequest;
            return new Decision<ElectLeadersResponse>(records, response);
        }

        IEnumerable<(string Topic, IEnumerable<int> Partitions)> asked = request.TopicPartitions is { } named
            ? named.Select(topic => (topic.Topic, topic.Partitions.AsEnumerable()))
            : image.Topics.Values
                .OrderBy(topic => topic.Name, StringComparer.Ordinal)
                .Select(topic => (topic.Name, Enumerable.Range(0, topic.Partitions.Length)));
        HashSet<(string, int)> elected = [];
        foreach ((string name, IEnumerable<int> partitions) in asked)
        {
            ElectLeadersResponse.ReplicaElectionResult result = new() { Topic = name };
            response.ReplicaElectionResults.Add(result);
            foreach (int partition in partitions)
            {
                ControllerError? refused = elected.Add((name, partition))
                    ? Elect(image, name, partition, request.ElectionType == Unclean, records)
                    : new ControllerError(ErrorCode.ElectionNotNeeded, "The partition is named more than once.");

                // Who asks for all is told of those alone that had something to elect.
                if (request.TopicPartitions is null && refused?.Code == ErrorCode.ElectionNotNeeded)
                    continue;
                result.PartitionResult.Add(new ElectLeadersResponse.PartitionElection
                {
                    PartitionId = partition,
                    ErrorCode = refused?.Code ?? ErrorCode.None,
                    ErrorMessage = refused?.Message,
                });
            }
        }

        return new Decision<ElectLeadersResponse>(records, response);
    }

    /// <summary>Decides what becomes of the partitions of a node that leaves.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="nodeId">The node.</param>
    /// <returns>The records.</returns>
    public static IEnumerable<IMetadataRecord> Without(ClusterImage image, int nodeId)
    {
        foreach (TopicImage topic in image.Topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                PartitionImage partition = topic.Partitions[i];
                if (!partition.InSyncReplicas.Contains(nodeId))
                    continue;

                // The last one in sync stays so: it alone has all that was acknowledged.
                bool isLast = partition.InSyncReplicas.Length == 1;
                PartitionChangeRecord change = new()
                {
                    TopicId = topic.TopicId,
                    PartitionId = i,
                    Isr = isLast ? null : [.. partition.InSyncReplicas.Remove(nodeId)],
                };
                if (partition.Leader == nodeId)
                {
                    change.Leader = FindLeader(
                        partition.Replicas,
                        replica => replica != nodeId
                            && partition.InSyncReplicas.Contains(replica) && image.IsActive(replica));
                }

                if (change.Isr is not null || partition.Leader == nodeId)
                    yield return change;
            }
        }
    }

    /// <summary>Finds who leads.</summary>
    /// <param name="replicas">The replicas, the preferred one first.</param>
    /// <param name="mayLead">Tells whether a replica may lead.</param>
    /// <returns>The leader, or <see cref="PartitionImage.NoLeader"/>.</returns>
    public static int FindLeader(IEnumerable<int> replicas, Func<int, bool> mayLead)
    {
        foreach (int replica in replicas)
        {
            if (mayLead(replica))
                return replica;
        }

        return PartitionImage.NoLeader;
    }

    private static ControllerError? Elect(
        ClusterImage image, string name, int number, bool isUnclean, List<IMetadataRecord> records)
    {
        if (image.FindTopic(name) is not { } topic)
            return new ControllerError(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{name}'.");
        if ((uint)number >= (uint)topic.Partitions.Length)
        {
            return new ControllerError(
                ErrorCode.UnknownTopicOrPartition, $"The topic '{name}' has no partition {number}.");
        }

        PartitionImage partition = topic.Partitions[number];
        bool isSettled = isUnclean
            ? partition.Leader != PartitionImage.NoLeader
            : partition.Leader == partition.Replicas[0];
        if (isSettled)
            return new ControllerError(ErrorCode.ElectionNotNeeded, "The leader is the one to be elected already.");

        PartitionChangeRecord change = new() { TopicId = topic.TopicId, PartitionId = number };
        change.Leader = FindLeader(partition.Replicas, IsClean);
        if (!isUnclean && change.Leader != partition.Replicas[0] && IsClean(partition.Leader))
            change.Leader = PartitionImage.NoLeader;
        if (isUnclean && change.Leader == PartitionImage.NoLeader)
        {
            change.Leader = FindLeader(partition.Replicas, image.IsActive);
            change.Isr = [change.Leader];
        }

        if (change.Leader == PartitionImage.NoLeader)
        {
            return isUnclean
                ? new ControllerError(ErrorCode.EligibleLeadersNotAvailable, "No replica's node is there.")
                : new ControllerError(
                    ErrorCode.PreferredLeaderNotAvailable,
                    $"The node {partition.Replicas[0]} is not there, or its replica is not in sync.");
        }

        records.Add(change);
        return null;

        bool IsClean(int replica) => partition.InSyncReplicas.Contains(replica) && image.IsActive(replica);
    }
}
