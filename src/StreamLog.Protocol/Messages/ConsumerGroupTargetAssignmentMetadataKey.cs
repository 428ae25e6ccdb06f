namespace StreamLog.Protocol.Messages;

// Versions:
//   6  the first: the number tells the kind of the record

/// <summary>The key of the epoch of a target assignment in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 6, 6)]
public sealed partial class ConsumerGroupTargetAssignmentMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("6")]
    public string GroupId { get; set; } = "";
}
