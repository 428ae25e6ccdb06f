namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A transaction of metadata records ends, and its records do not count.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 25)]
public sealed partial class AbortTransactionRecord : IMetadataRecord
{
    /// <summary>Gets or sets why the transaction was given up, or null.</summary>
    [Field("0+", NullableFrom = 0, Tag = 0)]
    public string? Reason { get; set; }
}
