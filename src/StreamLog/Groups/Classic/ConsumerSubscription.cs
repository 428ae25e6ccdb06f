using StreamLog.Protocol.Wire;

namespace StreamLog.Groups.Classic;

/// <summary>Reads the topics out of what a consumer tells its assignor. Stateless.</summary>
internal static class ConsumerSubscription
{
    /// <summary>What the members of a group of consumers are.</summary>
    public const string ProtocolType = "consumer";

    /// <summary>Reads the topics. What newer versions add comes behind them.</summary>
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
