using StreamLog.Coordinators;
using StreamLog.Metadata;

namespace StreamLog.Broker.Faces;

/// <summary>Tells which node coordinates a group or a transactional id: the leader of the partition that keeps it.
/// Stateless.</summary>
internal static class CoordinatorPlaces
{
    /// <summary>Finds the node.</summary>
    /// <param name="image">The metadata.</param>
    /// <param name="topic">The internal topic.</param>
    /// <param name="key">The group or the transactional id.</param>
    /// <returns>The node, or <see cref="PartitionImage.NoLeader"/>.</returns>
    public static int Find(ClusterImage image, string topic, string key) =>
        image.FindTopic(topic) is { } found
            ? found.Partitions[KeyHash.PartitionOf(key, found.Partitions.Length)].Leader
            : PartitionImage.NoLeader;
}
