namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A topic was deleted.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 9)]
public sealed partial class RemoveTopicRecord : IMetadataRecord
{
    /// <summary>Gets or sets the topic's id.</summary>
    [Field("0+")]
    public Guid TopicId { get; set; }
}
