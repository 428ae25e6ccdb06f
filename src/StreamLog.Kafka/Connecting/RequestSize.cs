using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Guesses how many bytes a request comes to, so that its buffer need not grow. Stateless.</summary>
internal static class RequestSize
{
    private const int SmallBytes = 512;

    /// <summary>Guesses the size.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Bytes.</returns>
    public static int Guess(object request)
    {
        int bytes = SmallBytes;
        if (request is ProduceRequest produce)
        {
            foreach (ProduceRequest.TopicProduceData topic in produce.TopicData)
            {
                foreach (ProduceRequest.PartitionProduceData partition in topic.PartitionData)
                    bytes += SmallBytes + (partition.Records?.Length ?? 0);
            }
        }

        return bytes;
    }
}
