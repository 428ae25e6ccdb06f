namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A topic was created.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 2)]
public sealed partial class TopicRecord : IMetadataRecord
{
    /// <summary>Gets or sets the name.</summary>
    [Field("0+")]
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the topic's id.</summary>
    [Field("0+")]
    public Guid TopicId { get; set; }
}
