using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>A partition and the offset from which it is read. Immutable.</summary>
/// <param name="Topic">The topic's name, or nothing where its id names it.</param>
/// <param name="TopicId">The topic's id, or the empty one.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Offset">The offset.</param>
internal readonly record struct FetchPosition(string Topic, Guid TopicId, int Partition, long Offset)
{
    /// <summary>Lists what a request reads.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The positions.</returns>
    public static HashSet<FetchPosition> Of(FetchRequest request)
    {
        HashSet<FetchPosition> positions = [];
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (FetchRequest.FetchPartition partition in topic.Partitions)
                positions.Add(Of(topic, partition));
        }

        return positions;
    }

    /// <summary>Names what a request reads of one partition.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>The position.</returns>
    public static FetchPosition Of(FetchRequest.FetchTopic topic, FetchRequest.FetchPartition partition) =>
        new(topic.Topic, topic.TopicId, partition.Partition, partition.FetchOffset);

    /// <summary>Tells whether a part of a response is about this partition. A response names a topic by its name or by
    /// its id, as its version does.</summary>
    /// <param name="topic">The topic of the response.</param>
    /// <param name="partition">The partition's number.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool IsOf(FetchResponse.FetchableTopicResponse topic, int partition) =>
        Partition == partition && (topic.Topic.Length > 0 ? Topic == topic.Topic : TopicId == topic.TopicId);
}
