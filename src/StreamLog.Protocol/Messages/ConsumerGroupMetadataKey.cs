namespace StreamLog.Protocol.Messages;

// Versions:
//   3  the first: the number tells the kind of the record

/// <summary>The key of the epoch of a group of the consumer protocol in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 3, 3)]
public sealed partial class ConsumerGroupMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("3")]
    public string GroupId { get; set; } = "";
}
