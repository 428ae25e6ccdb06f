using StreamLog.Protocol.Messages;

namespace StreamLog.Cli.Groups;

/// <summary>Reads what a member of the classic protocol was given.</summary>
internal static class ClassicAssignment
{
    /// <summary>Returns the partitions; none where the bytes are of no form that is known.</summary>
    public static List<TopicPartition> Read(byte[] assignment)
    {
        try
        {
            return
            [
                .. ConsumerProtocolFrames.ReadAssignment(assignment).AssignedPartitions.SelectMany(topic =>
                    topic.Partitions.Select(number => new TopicPartition(topic.Topic, number))),
            ];
        }
        catch (StreamLogException)
        {
            return [];
        }
    }
}
