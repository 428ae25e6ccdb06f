using System.Collections.Immutable;

namespace StreamLog.Metadata;

/// <summary>One partition, as the metadata log has it. Immutable.</summary>
internal sealed record PartitionImage
{
    /// <summary>Stands where a partition has no leader.</summary>
    public const int NoLeader = -1;

    /// <summary>Gets the nodes that hold a replica, the preferred leader first.</summary>
    public required ImmutableArray<int> Replicas { get; init; }

    /// <summary>Gets the nodes whose replica is in sync.</summary>
    public required ImmutableArray<int> InSyncReplicas { get; init; }

    /// <summary>Gets the node that leads, or <see cref="NoLeader"/>.</summary>
    public required int Leader { get; init; }

    /// <summary>Gets how often leadership has been given away.</summary>
    public required int LeaderEpoch { get; init; }

    /// <summary>Gets how often the record of the partition has changed.</summary>
    public required int PartitionEpoch { get; init; }
}
