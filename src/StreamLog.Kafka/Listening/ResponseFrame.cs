using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Kafka.Listening;

/// <summary>Writes responses as they go over the wire: length, header, message. Stateless.</summary>
internal static class ResponseFrame
{
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
        WireWriter writer = FrameWriter.Begin(response);
        try
        {
            new ResponseHeader(correlationId).Write(ref writer, api.ResponseHeaderVersion(version));
            api.WriteResponse(response, ref writer, version);
            return FrameWriter.Finish(ref writer);
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
        WireWriter writer = FrameWriter.Begin(sizeof(int) + bytes.Length);
        try
        {
            writer.WriteRaw(bytes);
            return FrameWriter.Finish(ref writer);
        }
        finally
        {
            writer.Dispose();
        }
    }
}
