namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A rule of access was removed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 19)]
public sealed partial class RemoveAccessControlEntryRecord : IMetadataRecord
{
    /// <summary>Gets or sets the id of the rule.</summary>
    [Field("0+")]
    public Guid Id { get; set; }
}
