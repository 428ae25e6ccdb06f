using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Kafka.Listening;

/// <summary>Writes responses as they go over the wire: length, header, message. Stateless.</summary>
internal static class ResponseFrame
{
    private const int SmallBytes = 512;

    /// <summary>Writes a response.</summary>
    /// <param name="api">Its API.</param>
    /// <param name="version">The version to write it in.</param>
    /// <param name="correlationId">The number that the request came with.</param>
    /// <param name="response">The response. Record batches in it are copied: this is their one copy between the log and
    /// the socket, so that a client that reads slowly holds nothing of the log.</param>
    /// <returns>The frame, with one reference for the caller.</returns>
    /// <exception cref="StreamLogException">The version has no room for a value.</exception>
    public static RecordBuffer Write(ApiDescription api, short version, int correlationId, object response)
    {
        WireWriter writer = new(SmallBytes + BatchBytes(response));
        try
        {
            writer.WriteInt32(0);
            new ResponseHeader(correlationId).Write(ref writer, api.ResponseHeaderVersion(version));
            api.WriteResponse(response, ref writer, version);
            return Finish(ref writer);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Writes bytes that have neither header nor version: what SASL exchanges without them.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The frame, with one reference for the caller.</returns>
    public static RecordBuffer WriteRaw(ReadOnlySpan<byte> bytes)
    {
        WireWriter writer = new(sizeof(int) + bytes.Length);
        try
        {
            writer.WriteInt32(0);
            writer.WriteRaw(bytes);
            return Finish(ref writer);
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static RecordBuffer Finish(ref WireWriter writer)
    {
        RecordBuffer frame = writer.Detach();
        BinaryPrimitives.WriteInt32BigEndian(frame.WritableMemory.Span, frame.Length - sizeof(int));
        return frame;
    }

    private static int BatchBytes(object response)
    {
        int bytes = 0;
        switch (response)
        {
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
