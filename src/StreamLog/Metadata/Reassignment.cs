using System.Collections.Immutable;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides on which nodes the replicas of partitions are. Stateless.</summary>
/// <remarks>All nodes that are registered share one process and its log, so a new replica has everything at once: a
/// move is over as soon as it is decided, and none is ever under way.</remarks>
internal static class Reassignment
{
    /// <summary>Decides.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<AlterPartitionReassignmentsResponse> Decide(
        ClusterImage image, AlterPartitionReassignmentsRequest request)
    {
        List<IMetadataRecord> records = [];
        AlterPartitionReassignmentsResponse response =
            new() { AllowReplicationFactorChange = request.AllowReplicationFactorChange };
        HashSet<(string, int)> moved = [];
        foreach (AlterPartitionReassignmentsRequest.ReassignableTopic topic in request.Topics)
        {
            AlterPartitionReassignmentsResponse.ReassignableTopicResponse answers = new() { Name = topic.Name };
            response.Responses.Add(answers);
            foreach (AlterPartitionReassignmentsRequest.ReassignablePartition partition in topic.Partitions)
            {
                ControllerError? refused = moved.Add((topic.Name, partition.PartitionIndex))
                    ? Move(image, topic.Name, partition, request.AllowReplicationFactorChange, records)
                    : new ControllerError(ErrorCode.InvalidRequest, "The partition is named more than once.");
                answers.Partitions.Add(new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = refused?.Code ?? ErrorCode.None,
                    ErrorMessage = refused?.Message,
                });
            }
        }

        return new Decision<AlterPartitionReassignmentsResponse>(records, response);
    }

    private static ControllerError? Move(
        ClusterImage image,
        string name,
        AlterPartitionReassignmentsRequest.ReassignablePartition asked,
        bool mayChangeFactor,
        List<IMetadataRecord> records)
    {
        if (image.FindTopic(name) is not { } topic)
            return new ControllerError(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{name}'.");
        if ((uint)asked.PartitionIndex >= (uint)topic.Partitions.Length)
        {
            return new ControllerError(
                ErrorCode.UnknownTopicOrPartition, $"The topic '{name}' has no partition {asked.PartitionIndex}.");
        }

        PartitionImage partition = topic.Partitions[asked.PartitionIndex];
        if (asked.Replicas is not { } replicas)
        {
            return new ControllerError(
                ErrorCode.NoReassignmentInProgress, "No replica of the partition is on its way, so there is nothing " +
                "to give up.");
        }

        if (TopicCreation.FindPlacementFault(replicas, replicas.Count, [.. image.Brokers.Keys]) is { } fault)
            return fault;
        if (!mayChangeFactor && replicas.Count != partition.Replicas.Length)
        {
            return new ControllerError(
                ErrorCode.InvalidReplicationFactor,
                $"The partition has {partition.Replicas.Length} replicas and would have {replicas.Count}, which the " +
                "request does not allow.");
        }

        if (!partition.Replicas.SequenceEqual(replicas))
            records.Add(Change(image, topic.TopicId, asked.PartitionIndex, partition, replicas));
        return null;
    }

    private static PartitionChangeRecord Change(
        ClusterImage image, Guid topicId, int number, PartitionImage partition, List<int> replicas)
    {
        ImmutableArray<int> inSync = [.. replicas.Where(image.IsActive)];

        // While none of its nodes is there a partition has no leader. The first one to come leads it.
        PartitionChangeRecord change = new()
        {
            TopicId = topicId,
            PartitionId = number,
            Replicas = [.. replicas],
            Isr = inSync.IsEmpty ? [.. replicas] : [.. inSync],
        };

        // As in Kafka, a leader that stays begins a new epoch where a replica was taken away from it.
        bool mayStay = inSync.Contains(partition.Leader);
        if (!mayStay || partition.Replicas.Except(replicas).Any())
            change.Leader = mayStay ? partition.Leader : LeaderElection.FindLeader(replicas, image.IsActive);
        return change;
    }
}
