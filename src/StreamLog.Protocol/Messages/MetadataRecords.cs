using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>Frames the records of the metadata log as Kafka does. Stateless.</summary>
/// <remarks>
/// A record is the value of a log record:
/// <code>
/// frame version  unsigned varint  1
/// record key     unsigned varint  the kind of record
/// version        unsigned varint  the version of that kind
/// fields
/// </code>
/// </remarks>
public static partial class MetadataRecords
{
    private const uint FrameVersion = 1;

    /// <summary>Encodes a record in its newest version.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The value for the log.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="record"/> is <see langword="null"/>.</exception>
    public static byte[] Write(IMetadataRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Write(record, record.LatestVersion);
    }

    /// <summary>Encodes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="version">The version to write it in.</param>
    /// <returns>The value for the log.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="record"/> is <see langword="null"/>.</exception>
    /// <exception cref="StreamLogException">The version is not supported, or it has no room for a value.</exception>
    public static byte[] Write(IMetadataRecord record, short version)
    {
        ArgumentNullException.ThrowIfNull(record);
        WireWriter writer = new(256);
        try
        {
            writer.WriteUnsignedVarint(FrameVersion);
            writer.WriteUnsignedVarint((uint)record.RecordKey);
            writer.WriteUnsignedVarint((uint)version);
            record.Write(ref writer, version);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Decodes a record.</summary>
    /// <param name="value">The value from the log.</param>
    /// <returns>The record.</returns>
    /// <exception cref="StreamLogException">
    /// The bytes are malformed (<see cref="ErrorCode.CorruptMessage"/>), or the record or its version is one of a newer
    /// release (<see cref="ErrorCode.UnsupportedVersion"/>).
    /// </exception>
    public static IMetadataRecord Read(ReadOnlySpan<byte> value)
    {
        WireReader reader = new(value, ErrorCode.CorruptMessage);
        uint frame = reader.ReadUnsignedVarint();
        if (frame != FrameVersion)
            throw Newer($"frame version {frame}");
        uint recordKey = reader.ReadUnsignedVarint();
        uint version = reader.ReadUnsignedVarint();
        if (version > (uint)short.MaxValue)
            throw reader.Malformed($"a record claims version {version}");

        IMetadataRecord record =
            ReadRecord(recordKey, ref reader, (short)version) ?? throw Newer($"records of kind {recordKey}");
        reader.End();
        return record;
    }

    private static partial IMetadataRecord? ReadRecord(uint recordKey, ref WireReader reader, short version);

    private static StreamLogException Newer(string what) => new(
        ErrorCode.UnsupportedVersion,
        $"The metadata log has {what}, which this release does not know. Open it with the release that wrote it.");
}
