using System.Collections.Immutable;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides on nodes that a process answers for beside the one it was started as: whether they are there, and
/// whether they take part. Stateless.</summary>
/// <remarks>They share that process's log, so whoever takes part has everything, and is in sync at once.</remarks>
internal static class BrokerLifecycle
{
    // Who shares the node's process need not know its epoch.
    private const long AnyEpoch = -1;

    private const sbyte Fenced = 1;
    private const sbyte Unfenced = -1;

    /// <summary>Decides on a registration. The node takes no part until a heartbeat asks for it.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <param name="directoryId">The id of the directory that the process has open.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<BrokerRegistrationResponse> Register(
        ClusterImage image, BrokerRegistrationRequest request, Guid directoryId)
    {
        BrokerImage? before = image.Brokers.GetValueOrDefault(request.BrokerId);
        bool isTaken = before is { IsFenced: false } && before.IncarnationId != request.IncarnationId;
        ErrorCode error = request.BrokerId < 0
            ? ErrorCode.InvalidRequest
            : isTaken ? ErrorCode.DuplicateBrokerRegistration : ErrorCode.None;
        if (error != ErrorCode.None)
        {
            return new Decision<BrokerRegistrationResponse>(
                [], new BrokerRegistrationResponse { ErrorCode = error });
        }

        long epoch = Math.Max(image.EndOffset, before?.BrokerEpoch + 1 ?? 0);
        RegisterBrokerRecord record = new()
        {
            BrokerId = request.BrokerId,
            IncarnationId = request.IncarnationId,
            BrokerEpoch = epoch,
            Rack = request.Rack,
            Fenced = true,
            LogDirs = [directoryId],
        };
        return new Decision<BrokerRegistrationResponse>(
            [record, .. LeaderElection.Without(image, request.BrokerId)],
            new BrokerRegistrationResponse { BrokerEpoch = epoch });
    }

    /// <summary>Decides on a heartbeat: a node that wants to be fenced leaves the in-sync sets, and others lead; one
    /// that does not is in sync again, and leads what nobody leads.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<BrokerHeartbeatResponse> Heartbeat(ClusterImage image, BrokerHeartbeatRequest request)
    {
        BrokerImage? node = image.Brokers.GetValueOrDefault(request.BrokerId);
        if (node is null || (request.BrokerEpoch != AnyEpoch && request.BrokerEpoch != node.BrokerEpoch))
        {
            return new Decision<BrokerHeartbeatResponse>([], new BrokerHeartbeatResponse
            {
                ErrorCode = node is null ? ErrorCode.BrokerIdNotRegistered : ErrorCode.StaleBrokerEpoch,
            });
        }

        bool wantsFence = request.WantFence || request.WantShutDown;
        BrokerHeartbeatResponse response = new()
        {
            IsCaughtUp = true,
            IsFenced = wantsFence,
            ShouldShutDown = request.WantShutDown,
        };
        if (node.IsFenced == wantsFence)
            return new Decision<BrokerHeartbeatResponse>([], response);

        BrokerRegistrationChangeRecord change = new()
        {
            BrokerId = node.NodeId,
            BrokerEpoch = node.BrokerEpoch,
            Fenced = wantsFence ? Fenced : Unfenced,
        };
        IEnumerable<IMetadataRecord> changes =
            wantsFence ? LeaderElection.Without(image, node.NodeId) : With(image, node.NodeId);
        return new Decision<BrokerHeartbeatResponse>([change, .. changes], response);
    }

    // The partitions of a node that takes part again.
    private static IEnumerable<IMetadataRecord> With(ClusterImage image, int nodeId)
    {
        foreach (TopicImage topic in image.Topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                PartitionImage partition = topic.Partitions[i];
                bool isLed = partition.Leader != PartitionImage.NoLeader;
                bool mayLead = !isLed && partition.InSyncReplicas.Contains(nodeId);
                if (!partition.Replicas.Contains(nodeId) || !(isLed || mayLead))
                    continue;

                // With a leader, all who are there are in sync.
                ImmutableArray<int> inSync =
                    [.. partition.Replicas.Where(replica => replica == nodeId || image.IsActive(replica))];
                if (isLed && inSync.Length == partition.InSyncReplicas.Length)
                    continue;

                PartitionChangeRecord change = new() { TopicId = topic.TopicId, PartitionId = i, Isr = [.. inSync] };
                if (mayLead)
                    change.Leader = nodeId;
                yield return change;
            }
        }
    }
}
