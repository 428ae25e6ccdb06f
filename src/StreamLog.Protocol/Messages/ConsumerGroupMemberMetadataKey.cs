namespace StreamLog.Protocol.Messages;

// Versions:
//   5  the first: the number tells the kind of the record

/// <summary>The key of what a member told of itself in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 5, 5)]
public sealed partial class ConsumerGroupMemberMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("5")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id.</summary>
    [Field("5")]
    public string MemberId { get; set; } = "";
}
