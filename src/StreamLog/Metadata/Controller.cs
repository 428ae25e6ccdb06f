using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides what becomes of the cluster's metadata: from an image and a request to records and a
/// response.</summary>
/// <remarks>
/// Immutable and thread-safe: all state is in the image. No I/O, no clock; ids are handed in. What it decides holds
/// only if its records are committed right behind the image they are based on.
/// </remarks>
internal sealed class Controller
{
    /// <summary>How many producer ids a node gets at once, as in Kafka.</summary>
    public const int ProducerIdBlockLength = 1000;

    private readonly NodeConfigs _node;
    private readonly int _defaultPartitions;
    private readonly Func<Guid> _newId;

    /// <summary>Creates a controller.</summary>
    /// <param name="node">What topics begin with.</param>
    /// <param name="defaultPartitions">How many partitions a topic gets for which none is given.</param>
    /// <param name="newId">Gives ids to new topics.</param>
    public Controller(NodeConfigs node, int defaultPartitions, Func<Guid> newId)
    {
        _node = node;
        _defaultPartitions = defaultPartitions;
        _newId = newId;
    }

    /// <summary>Registers a node that has started, and gives it the lead of the partitions it has replicas
    /// of.</summary>
    /// <remarks>
    /// The leader epoch rises although the leader may be the same: what the node wrote in its life before and did not
    /// flush may be gone, and an offset must never mean two records of one epoch. A node that was stopped in order, and
    /// has not been registered since, goes on as the one it was: nothing changes.
    /// </remarks>
    /// <param name="image">What is there.</param>
    /// <param name="nodeId">The node.</param>
    /// <param name="incarnationId">A new id of this start.</param>
    /// <param name="directoryId">The id of its data directory.</param>
    /// <param name="stoppedEpoch">The epoch of the registration that the node's last stop in order ended, or
    /// -1.</param>
    /// <returns>The records, and the epoch of the node.</returns>
    public static Decision<long> RegisterNode(
        ClusterImage image, int nodeId, Guid incarnationId, Guid directoryId, long stoppedEpoch = -1)
    {
        if (image.Brokers.TryGetValue(nodeId, out BrokerImage? before)
            && before.BrokerEpoch == stoppedEpoch
            && before.DirectoryIds.Contains(directoryId))
        {
            return new Decision<long>([], stoppedEpoch);
        }

        long epoch = Math.Max(image.EndOffset, image.Brokers.GetValueOrDefault(nodeId)?.BrokerEpoch + 1 ?? 0);
        List<IMetadataRecord> records = [];
        if (image.Features.IsEmpty)
        {
            records.Add(new FeatureLevelRecord
            {
                Name = FeatureLevels.Metadata,
                FeatureLevel = FeatureLevels.MetadataLevel,
            });
        }

        records.Add(new RegisterBrokerRecord
        {
            BrokerId = nodeId,
            IncarnationId = incarnationId,
            BrokerEpoch = epoch,
            Rack = before?.Rack,
            Fenced = false,
            LogDirs = [directoryId],
        });
        foreach (TopicImage topic in image.Topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            for (int partition = 0; partition < topic.Partitions.Length; partition++)
            {
                // What is kept here is in sync. Who led it goes on: this node, or another one of this process.
                PartitionImage known = topic.Partitions[partition];
                bool isLedHere = known.Leader != nodeId
                    && image.IsActive(known.Leader) && image.IsKeptIn(known.Leader, directoryId);
                if (isLedHere || known.InSyncReplicas.Contains(nodeId))
                {
                    records.Add(new PartitionChangeRecord
                    {
                        TopicId = topic.TopicId,
                        PartitionId = partition,
                        Leader = isLedHere ? known.Leader : nodeId,
                    });
                }
            }
        }

        return new Decision<long>(records, epoch);
    }

    /// <summary>Decides whether a node leaves the cluster for good. Others take over what it leads.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="nodeId">The node.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<UnregisterBrokerResponse> UnregisterNode(ClusterImage image, int nodeId)
    {
        ControllerError? refused = !image.Brokers.TryGetValue(nodeId, out BrokerImage? node)
            ? new ControllerError(ErrorCode.BrokerIdNotRegistered, $"There is no node {nodeId}.")
            : image.Brokers.Count == 1
                ? new ControllerError(
                    ErrorCode.InvalidRequest, $"The node {nodeId} is the only one, and the one that answers this.")
                : null;
        return refused is { } error
            ? new Decision<UnregisterBrokerResponse>(
                [], new UnregisterBrokerResponse { ErrorCode = error.Code, ErrorMessage = error.Message })
            : new Decision<UnregisterBrokerResponse>(
                [
                    .. LeaderElection.Without(image, nodeId),
                    new UnregisterBrokerRecord { BrokerId = nodeId, BrokerEpoch = node!.BrokerEpoch },
                ],
                new UnregisterBrokerResponse());
    }

    /// <summary>Decides about new topics.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public Decision<CreateTopicsResponse> CreateTopics(ClusterImage image, CreateTopicsRequest request) =>
        new TopicCreation(image, _node, _defaultPartitions, _newId).Decide(request);

    /// <summary>Decides about changed settings.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public Decision<IncrementalAlterConfigsResponse> AlterConfigs(
        ClusterImage image, IncrementalAlterConfigsRequest request) => ConfigChange.Decide(image, _node, request);

    /// <summary>Decides about settings that take the place of all that were made.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public Decision<AlterConfigsResponse> AlterConfigs(ClusterImage image, AlterConfigsRequest request) =>
        ConfigReplacement.Decide(image, _node, request);

    /// <summary>Gives out the next block of producer ids.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="nodeId">The node that asks.</param>
    /// <returns>The records, and the first id of the block.</returns>
    public static Decision<long> AllocateProducerIds(ClusterImage image, int nodeId)
    {
        ProducerIdsRecord record = new()
        {
            BrokerId = nodeId,
            BrokerEpoch = image.Brokers.GetValueOrDefault(nodeId)?.BrokerEpoch ?? -1,
            NextProducerId = checked(image.NextProducerId + ProducerIdBlockLength),
        };
        return new Decision<long>([record], image.NextProducerId);
    }

    /// <summary>Decides which topics are deleted.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="topics">The topics, by name or by id.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<DeleteTopicsResponse> DeleteTopics(
        ClusterImage image, IReadOnlyList<DeleteTopicsRequest.DeleteTopicState> topics) =>
        TopicDeletion.Decide(image, topics);

    /// <summary>Decides about more partitions.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<CreatePartitionsResponse> CreatePartitions(
        ClusterImage image, CreatePartitionsRequest request)
    {
        List<IMetadataRecord> records = [];
        CreatePartitionsResponse response = new();
        foreach (IGrouping<string, CreatePartitionsRequest.CreatePartitionsTopic> group in request.Topics
            .GroupBy(topic => topic.Name, StringComparer.Ordinal))
        {
            CreatePartitionsRequest.CreatePartitionsTopic topic = group.First();
            ControllerError? refused = group.Count() == 1
                ? FindGrowthFault(image, topic)
                : new ControllerError(
                    ErrorCode.InvalidRequest, $"'{topic.Name}' stands in the request more than once.");
            if (refused is null)
                Grow(image, image.Topics[topic.Name], topic, records);

            response.Results.Add(new CreatePartitionsResponse.CreatePartitionsTopicResult
            {
                Name = topic.Name,
                ErrorCode = refused?.Code ?? ErrorCode.None,
                ErrorMessage = refused?.Message,
            });
        }

        return new Decision<CreatePartitionsResponse>(request.ValidateOnly ? [] : records, response);
    }

    private static ControllerError? FindGrowthFault(
        ClusterImage image, CreatePartitionsRequest.CreatePartitionsTopic topic)
    {
        if (image.FindTopic(topic.Name) is not { } found)
            return new ControllerError(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{topic.Name}'.");
        if (found.IsInternal)
        {
            return new ControllerError(
                ErrorCode.InvalidTopic,
                $"'{topic.Name}' holds the node's own state by a hash over its partitions, so their number stays.");
        }

        int now = found.Partitions.Length;
        if (topic.Count <= now)
        {
            return new ControllerError(
                ErrorCode.InvalidPartitions,
                $"The topic '{topic.Name}' has {now} partitions. Ask for more than that: a number cannot sink.");
        }

        int added = topic.Count - now;
        if (added > TopicCreation.PartitionsMax)
        {
            return new ControllerError(
                ErrorCode.PolicyViolation, $"One request adds at most {TopicCreation.PartitionsMax} partitions.");
        }

        if (topic.Assignments is not { Count: > 0 } assignments)
            return null;
        if (assignments.Count != added)
        {
            return new ControllerError(
                ErrorCode.InvalidReplicaAssignment,
                $"{added} partitions are added, and replicas of {assignments.Count} are assigned.");
        }

        int factor = found.Partitions[0].Replicas.Length;
        foreach (CreatePartitionsRequest.CreatePartitionsAssignment assignment in assignments)
        {
            if (TopicCreation.FindPlacementFault(assignment.BrokerIds, factor, [.. image.Brokers.Keys]) is { } fault)
                return fault;
        }

        return null;
    }

    private static void Grow(
        ClusterImage image,
        TopicImage topic,
        CreatePartitionsRequest.CreatePartitionsTopic request,
        List<IMetadataRecord> records)
    {
        int[] nodes = [.. image.Brokers.Keys.Where(image.IsActive)];
        int factor = topic.Partitions[0].Replicas.Length;
        for (int partition = topic.Partitions.Length; partition < request.Count; partition++)
        {
            List<int> replicas = request.Assignments is { Count: > 0 } assignments
                ? assignments[partition - topic.Partitions.Length].BrokerIds
                : ReplicaPlacement.Place(nodes, partition, factor);
            records.Add(TopicCreation.NewPartition(topic.TopicId, partition, replicas));
        }
    }
}
