namespace StreamLog.Protocol.Messages;

// Versions:
//   8  the first: the number tells the kind of the record

/// <summary>The key of what a member has in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 8, 8)]
public sealed partial class ConsumerGroupCurrentMemberAssignmentKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("8")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id.</summary>
    [Field("8")]
    public string MemberId { get; set; } = "";
}
