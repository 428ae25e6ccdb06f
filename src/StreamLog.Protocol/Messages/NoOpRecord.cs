namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Changes nothing: it only moves the end of the log.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 20)]
public sealed partial class NoOpRecord : IMetadataRecord
{
}
