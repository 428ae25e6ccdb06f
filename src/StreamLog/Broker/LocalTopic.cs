using System.Collections.Immutable;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Broker;

/// <summary>A topic of which this node holds replicas. Immutable: a changed topic is another object.</summary>
/// <param name="Image">The topic's record.</param>
/// <param name="Settings">What holds for it.</param>
/// <param name="Partitions">The partitions by number; <see langword="null"/> where the replica is elsewhere.</param>
internal sealed record LocalTopic(
    TopicImage Image, TopicSettings Settings, ImmutableArray<ReplicatedPartition?> Partitions)
{
    /// <summary>Gets the name.</summary>
    public string Name => Image.Name;

    /// <summary>Gets the id.</summary>
    public Guid TopicId => Image.TopicId;

    /// <summary>Finds a partition.</summary>
    /// <param name="partition">Its number.</param>
    /// <returns>The partition, or <see langword="null"/> where this node has none of that number.</returns>
    public ReplicatedPartition? Find(int partition) =>
        (uint)partition < (uint)Partitions.Length ? Partitions[partition] : null;
}
