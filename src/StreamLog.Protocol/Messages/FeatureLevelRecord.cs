namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A feature got a level.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 12)]
public sealed partial class FeatureLevelRecord : IMetadataRecord
{
    /// <summary>Gets or sets the name.</summary>
    [Field("0+")]
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the level of the feature, or 0 to turn it off.</summary>
    [Field("0+")]
    public short FeatureLevel { get; set; }
}
