using StreamLog.Groups.Assignors;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>Sets of partitions as the messages have them: grouped by topic. Stateless.</summary>
internal static class PartitionLists
{
    /// <summary>Reads what a member says it owns.</summary>
    /// <param name="topics">The list of a request, or <see langword="null"/>.</param>
    /// <returns>The set, or <see langword="null"/> where it says nothing.</returns>
    public static PartitionSet? Read(List<ConsumerGroupHeartbeatRequest.TopicPartitions>? topics) =>
        topics is null ? null : Read(topics, topic => topic.TopicId, topic => topic.Partitions);

    /// <summary>Reads a list.</summary>
    /// <typeparam name="TTopic">Some partitions of one topic.</typeparam>
    /// <param name="topics">The list.</param>
    /// <param name="id">Gets the id of a topic.</param>
    /// <param name="partitions">Gets the numbers of its partitions.</param>
    /// <returns>The set.</returns>
    public static PartitionSet Read<TTopic>(
        List<TTopic> topics, Func<TTopic, Guid> id, Func<TTopic, List<int>> partitions) =>
        PartitionSet.Of(topics.SelectMany(
            partitions, (topic, partition) => new TopicIdPartition(id(topic), partition)));

    /// <summary>Finds partitions that are told by the names of their topics.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="image">The topics that there are.</param>
    /// <returns>Those whose topics there are.</returns>
    public static PartitionSet Find(IEnumerable<TopicPartition> partitions, ClusterImage image) => PartitionSet.Of(
        from partition in partitions
        let topic = image.FindTopic(partition.Topic)
        where topic is not null
        select new TopicIdPartition(topic.TopicId, partition.Partition));

    /// <summary>Tells partitions by the names of their topics.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="image">The topics that there are.</param>
    /// <returns>Those whose topics there are.</returns>
    public static IEnumerable<TopicPartition> Name(PartitionSet partitions, ClusterImage image) =>
        from partition in partitions
        let topic = image.FindTopic(partition.TopicId)
        where topic is not null
        select new TopicPartition(topic.Name, partition.Partition);

    /// <summary>Writes a list.</summary>
    /// <typeparam name="TTopic">Some partitions of one topic.</typeparam>
    /// <param name="partitions">The set.</param>
    /// <param name="create">Creates the entry of a topic.</param>
    /// <returns>The list, in the order of the ids.</returns>
    public static List<TTopic> Write<TTopic>(PartitionSet partitions, Func<Guid, List<int>, TTopic> create)
    {
        List<TTopic> topics = [];
        for (int i = 0; i < partitions.Count;)
        {
            Guid topic = partitions[i].TopicId;
            List<int> numbers = [];
            for (; i < partitions.Count && partitions[i].TopicId == topic; i++)
                numbers.Add(partitions[i].Partition);
            topics.Add(create(topic, numbers));
        }

        return topics;
    }
}
