namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A SCRAM credential was removed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 22)]
public sealed partial class RemoveUserScramCredentialRecord : IMetadataRecord
{
    /// <summary>Gets or sets the user's name.</summary>
    [Field("0+")]
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the mechanism: 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.</summary>
    [Field("0+")]
    public sbyte Mechanism { get; set; }
}
