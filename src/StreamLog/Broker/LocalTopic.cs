using System.Collections.Immutable;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Broker;

/// <summary>A topic of which this node holds replicas. Immutable: a changed topic is another object.</summary>
/// <param name="Image">The topic's record.</param>
/// <param name="Settings">What holds for it.</param>
/// <param name="Partitions">The partitions by number; <see langword="null"/> where it could not be opened, or the
/// replica is elsewhere.</param>
internal sealed record LocalTopic(
    TopicImage Image, TopicSettings Settings, ImmutableArray<ReplicatedPartition?> Partitions)
{
    /// <summary>Gets the name.</summary>
    public string Name => Image.Name;

    /// <summary>Gets the id.</summary>
    public Guid TopicId => Image.TopicId;

    /// <summary>Gets whether no partition is missing.</summary>
    public bool IsWhole => !Partitions.Contains(null);

    /// <summary>Finds a partition.</summary>
    /// <param name="partition">Its number.</param>
    /// <returns>The partition, or <see langword="null"/> where this node has none of that number.</returns>
    public ReplicatedPartition? Find(int partition) =>
        (uint)partition < (uint)Partitions.Length ? Partitions[partition] : null;

    /// <summary>Tells what to answer for a partition that is not found.</summary>
    /// <param name="partition">Its number.</param>
    /// <returns>A failure of the disk where the topic has the partition: waiting for it as for one that is just being
    /// created would be a stall in silence.</returns>
    public ErrorCode ErrorOfMissing(int partition) =>
        (uint)partition < (uint)Partitions.Length ? ErrorCode.KafkaStorageError : ErrorCode.UnknownTopicOrPartition;
}
