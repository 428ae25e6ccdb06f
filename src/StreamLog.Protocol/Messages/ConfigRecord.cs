namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A configuration was set, or deleted by a null value.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 4)]
public sealed partial class ConfigRecord : IMetadataRecord
{
    /// <summary>Gets or sets the kind of the resource, as the protocol numbers it.</summary>
    [Field("0+")]
    public sbyte ResourceType { get; set; }

    /// <summary>Gets or sets the name of the resource.</summary>
    [Field("0+")]
    public string ResourceName { get; set; } = "";

    /// <summary>Gets or sets the name.</summary>
    [Field("0+")]
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the value, or null where there is none.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? Value { get; set; } = "";
}
