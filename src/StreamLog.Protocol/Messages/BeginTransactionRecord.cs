namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A transaction of metadata records begins.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 23)]
public sealed partial class BeginTransactionRecord : IMetadataRecord
{
    /// <summary>Gets or sets a name for people to read, or null.</summary>
    [Field("0+", NullableFrom = 0, Tag = 0)]
    public string? Name { get; set; }
}
