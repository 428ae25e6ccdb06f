namespace StreamLog.Protocol.Messages;

// Versions:
//   12  the first: the number tells the kind of the record

/// <summary>The key of the epoch of a share group's assignment in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 12, 12)]
public sealed partial class ShareGroupTargetAssignmentMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("12")]
    public string GroupId { get; set; } = "";
}
