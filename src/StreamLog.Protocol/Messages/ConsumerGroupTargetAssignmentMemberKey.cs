namespace StreamLog.Protocol.Messages;

// Versions:
//   7  the first: the number tells the kind of the record

/// <summary>The key of what a member is to have in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 7, 7)]
public sealed partial class ConsumerGroupTargetAssignmentMemberKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("7")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id.</summary>
    [Field("7")]
    public string MemberId { get; set; } = "";
}
