using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Kafka.Sockets;

/// <summary>Writes frames: four bytes of length, and what comes between <see cref="Begin(object)"/> and
/// <see cref="Finish"/>. Stateless.</summary>
internal static class FrameWriter
{
    // What a message has besides record batches, and what it says of each.
    private const int SmallBytes = 512;

    /// <summary>Begins a frame, with room for a message and its record batches, so that it need not grow.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The writer, which the caller disposes.</returns>
    public static WireWriter Begin(object message) => Begin(SmallBytes + BatchBytes(message));

    /// <summary>Begins a frame.</summary>
    /// <param name="bytes">How many bytes to expect, those of its length among them.</param>
    /// <returns>The writer, which the caller disposes.</returns>
    public static WireWriter Begin(int bytes)
    {
        WireWriter writer = new(bytes);
        writer.WriteInt32(0);
        return writer;
    }

    /// <summary>Finishes a frame: its length is known now.</summary>
    /// <param name="writer">The writer, which is empty then.</param>
    /// <returns>The frame, with one reference for the caller.</returns>
    public static RecordBuffer Finish(ref WireWriter writer)
    {
        RecordBuffer frame = writer.Detach();
        BinaryPrimitives.WriteInt32BigEndian(frame.WritableMemory.Span, frame.Length - sizeof(int));
        return frame;
    }

    private static int BatchBytes(object message)
    {
        int bytes = 0;
        switch (message)
        {
            case ProduceRequest produce:
                foreach (ProduceRequest.TopicProduceData topic in produce.TopicData)
                {
                    foreach (ProduceRequest.PartitionProduceData partition in topic.PartitionData)
                        bytes += SmallBytes + (partition.Records?.Length ?? 0);
                }

                break;
            case FetchResponse fetch:
                foreach (FetchResponse.FetchableTopicResponse topic in fetch.Responses)
                {
                    foreach (FetchResponse.PartitionData partition in topic.Partitions)
                        bytes += SmallBytes + (partition.Records?.Length ?? 0);
                }

                break;
            case ShareFetchResponse fetch:
                foreach (ShareFetchResponse.ShareFetchableTopicResponse topic in fetch.Responses)
                {
                    foreach (ShareFetchResponse.PartitionData partition in topic.Partitions)
                        bytes += SmallBytes + (partition.Records?.Length ?? 0);
                }

                break;
        }

        return bytes;
    }
}
