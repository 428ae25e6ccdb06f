using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>What stands before every response.</summary>
/// <param name="CorrelationId">The number of the request that is answered.</param>
public readonly record struct ResponseHeader(int CorrelationId)
{
    /// <summary>Reads a header.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="version">The version of the header: <see cref="ApiDescription.ResponseHeaderVersion"/>.</param>
    /// <returns>The header.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static ResponseHeader Read(ref WireReader reader, short version)
    {
        ResponseHeader header = new(reader.ReadInt32());
        if (version >= 1)
            reader.SkipTaggedFields();
        return header;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="version">The version of the header: <see cref="ApiDescription.ResponseHeaderVersion"/>.</param>
    public void Write(ref WireWriter writer, short version)
    {
        writer.WriteInt32(CorrelationId);
        if (version >= 1)
            writer.WriteTaggedFieldCount(0, unknown: null);
    }
}
