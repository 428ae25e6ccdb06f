namespace StreamLog.Protocol.Messages;

/// <summary>What a declared message is.</summary>
internal enum MessageKind
{
    /// <summary>A request.</summary>
    Request,

    /// <summary>A response.</summary>
    Response,

    /// <summary>A record of the metadata log, framed with its key and version.</summary>
    MetadataRecord,

    /// <summary>A key or value of another internal log, or bytes within another message.</summary>
    Record,
}
