using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <summary>Reads and writes what a consumer is assigned, in the bytes of the classic protocol. Stateless.</summary>
internal static class ConsumerAssignment
{
    /// <summary>Reads an assignment.</summary>
    /// <param name="bytes">The bytes; none where the member was assigned nothing.</param>
    /// <returns>What they say, or <see langword="null"/> if these bytes are not an assignment.</returns>
    public static ConsumerProtocolAssignment? Read(byte[] bytes)
    {
        try
        {
            return ConsumerProtocolFrames.ReadAssignment(bytes);
        }
        catch (StreamLogException)
        {
            return null;
        }
    }

    /// <summary>Returns the partitions of an assignment.</summary>
    /// <param name="assignment">The assignment.</param>
    /// <returns>The partitions.</returns>
    public static IEnumerable<TopicPartition> PartitionsOf(ConsumerProtocolAssignment assignment) =>
        assignment.AssignedPartitions.SelectMany(
            topic => topic.Partitions, (topic, partition) => new TopicPartition(topic.Topic, partition));

    /// <summary>Writes an assignment.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Write(IEnumerable<TopicPartition> partitions) =>
        ConsumerProtocolFrames.Write(new ConsumerProtocolAssignment
        {
            AssignedPartitions =
            [
                .. partitions.GroupBy(partition => partition.Topic, StringComparer.Ordinal).Select(topic =>
                    new ConsumerProtocolAssignment.TopicPartitions
                    {
                        Topic = topic.Key,
                        Partitions = [.. topic.Select(partition => partition.Partition)],
                    }),
            ],
        });
}
