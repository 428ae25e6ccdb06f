namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A transaction of metadata records ends, and its records count.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 24)]
public sealed partial class EndTransactionRecord : IMetadataRecord
{
}
