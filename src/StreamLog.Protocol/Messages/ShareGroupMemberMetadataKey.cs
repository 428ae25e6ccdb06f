namespace StreamLog.Protocol.Messages;

// Versions:
//   10  the first: the number tells the kind of the record

/// <summary>The key of what a member of a share group told of itself in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 10, 10)]
public sealed partial class ShareGroupMemberMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("10")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id.</summary>
    [Field("10")]
    public string MemberId { get; set; } = "";
}
