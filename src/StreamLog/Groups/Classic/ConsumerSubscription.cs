using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Groups.Classic;

/// <summary>Reads what a consumer tells its assignor. Stateless.</summary>
internal static class ConsumerSubscription
{
    /// <summary>What the members of a group of consumers are.</summary>
    public const string ProtocolType = "consumer";

    /// <summary>Reads all of it.</summary>
    /// <param name="metadata">What the consumer tells.</param>
    /// <returns>What it says, or <see langword="null"/> if these bytes are not a subscription.</returns>
    public static ConsumerProtocolSubscription? Read(byte[] metadata)
    {
        try
        {
            return ConsumerProtocolFrames.ReadSubscription(metadata);
        }
        catch (StreamLogException)
        {
            return null;
        }
    }

    /// <summary>Returns the partitions that the consumer had not given up as it said so.</summary>
    /// <param name="subscription">What it says.</param>
    /// <returns>The partitions.</returns>
    public static IEnumerable<TopicPartition> OwnedBy(ConsumerProtocolSubscription subscription) =>
        subscription.OwnedPartitions.SelectMany(
            topic => topic.Partitions, (topic, partition) => new TopicPartition(topic.Topic, partition));

    /// <summary>Reads the topics alone. What newer versions add comes behind them.</summary>
    /// <param name="metadata">What the consumer tells.</param>
    /// <param name="topics">Takes the topics.</param>
    /// <returns><see langword="false"/> if these bytes are not a subscription.</returns>
    public static bool TryReadTopics(byte[] metadata, HashSet<string> topics)
    {
        try
        {
            WireReader reader = new(metadata, ErrorCode.CorruptMessage);
            if (reader.ReadInt16() < 0)
                return false;

            int count = reader.ReadInt32();
            for (int i = 0; i < count; i++)
                topics.Add(reader.ReadString(compact: false));
            return count >= 0;
        }
        catch (StreamLogException)
        {
            return false;
        }
    }
}
