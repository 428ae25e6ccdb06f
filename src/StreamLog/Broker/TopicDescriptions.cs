using System.Collections.Immutable;
using StreamLog.Metadata;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Takes the pictures of topics that applications see.</summary>
internal static class TopicDescriptions
{
    /// <summary>Describes all topics.</summary>
    /// <param name="table">The topics.</param>
    /// <returns>The pictures, by name.</returns>
    public static IReadOnlyList<Topic> Describe(TopicTable table) =>
        [.. table.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(Describe)];

    private static Topic Describe(LocalTopic topic)
    {
        Partition[] partitions = new Partition[topic.Partitions.Length];
        for (int i = 0; i < partitions.Length; i++)
            partitions[i] = Describe(new TopicPartition(topic.Name, i), topic.Image.Partitions[i], topic.Partitions[i]);

        return new Topic(topic.Name, topic.TopicId, topic.Image.IsInternal, partitions);
    }

    private static Partition Describe(TopicPartition name, PartitionImage image, ReplicatedPartition? partition) =>
        new()
        {
            TopicPartition = name,
            LeaderId = image.Leader,
            LeaderEpoch = image.LeaderEpoch,
            Replicas = image.Replicas,
            InSyncReplicas = image.InSyncReplicas,
            Failure = partition?.Failure,
            LogStartOffset = partition?.Log.LogStartOffset ?? -1,
            HighWatermark = partition?.HighWatermark ?? -1,
            LogEndOffset = partition?.Log.LogEndOffset ?? -1,
            LastStableOffset = partition?.KnownLastStableOffset ?? -1,
            SizeInBytes = partition?.Log.SizeInBytes ?? 0,
            Segments = partition is null ? [] : Describe(partition.Log.Segments),
        };

    private static ImmutableArray<Segment> Describe(IReadOnlyList<SegmentView> segments) =>
        [.. segments.Select(segment => new Segment(
            segment.BaseOffset,
            segment.EndOffset,
            segment.SizeInBytes,
            TimeOf(segment.MaxTimestampMs),
            segment.IsActive))];

    // A producer may write any number for a time, also one that no calendar has.
    private static DateTimeOffset? TimeOf(long timestampMs) => timestampMs < 0
        ? null
        : DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Min(timestampMs, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
