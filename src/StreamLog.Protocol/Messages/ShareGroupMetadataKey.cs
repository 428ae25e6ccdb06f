namespace StreamLog.Protocol.Messages;

// Versions:
//   11  the first: the number tells the kind of the record

/// <summary>The key of the epoch of a share group in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 11, 11)]
public sealed partial class ShareGroupMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("11")]
    public string GroupId { get; set; } = "";
}
