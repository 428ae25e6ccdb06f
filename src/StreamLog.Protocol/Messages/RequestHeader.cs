using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>What stands before every request.</summary>
/// <remarks>
/// The client id has its classic length even in version 2, which adds tagged fields alone: a broker must be able to
/// read the header of a request whose version it does not know.
/// </remarks>
/// <param name="ApiKey">The API, perhaps one that nobody knows.</param>
/// <param name="ApiVersion">The version of the request.</param>
/// <param name="CorrelationId">The number that the response repeats.</param>
/// <param name="ClientId">The client's own name, or null.</param>
public readonly record struct RequestHeader(ApiKey ApiKey, short ApiVersion, int CorrelationId, string? ClientId)
{
    /// <summary>Reads a header, in the version that its API and version ask for.</summary>
    /// <param name="reader">Where to read.</param>
    /// <returns>The header. Of an API that is not known, tagged fields stay unread.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static RequestHeader Read(ref WireReader reader)
    {
        RequestHeader header = new(
            (ApiKey)reader.ReadInt16(),
            reader.ReadInt16(),
            reader.ReadInt32(),
            reader.ReadNullableString(compact: false));
        if (header.Version == 2)
            reader.SkipTaggedFields();
        return header;
    }

    /// <summary>Gets the version of the header itself.</summary>
    public short Version =>
        Apis.TryGet(ApiKey, out ApiDescription? api) ? api.RequestHeaderVersion(ApiVersion) : (short)1;

    /// <summary>Writes the header, in the version that its API and version ask for.</summary>
    /// <param name="writer">Where to write.</param>
    public void Write(ref WireWriter writer)
    {
        writer.WriteInt16((short)ApiKey);
        writer.WriteInt16(ApiVersion);
        writer.WriteInt32(CorrelationId);
        writer.WriteString(ClientId, compact: false);
        if (Version == 2)
            writer.WriteTaggedFieldCount(0, unknown: null);
    }
}
