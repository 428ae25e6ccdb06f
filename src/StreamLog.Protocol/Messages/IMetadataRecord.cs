using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>A record of the metadata log.</summary>
public interface IMetadataRecord
{
    /// <summary>Gets the number that names the kind of record.</summary>
    short RecordKey { get; }

    /// <summary>Gets the newest version that the record can be written in.</summary>
    short LatestVersion { get; }

    /// <summary>Writes the record without its frame.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="version">The version to write it in.</param>
    /// <exception cref="StreamLogException">The version is not supported, or it has no room for a value.</exception>
    void Write(ref WireWriter writer, short version);
}
