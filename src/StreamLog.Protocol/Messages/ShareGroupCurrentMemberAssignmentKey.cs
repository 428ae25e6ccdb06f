namespace StreamLog.Protocol.Messages;

// Versions:
//   14  the first: the number tells the kind of the record

/// <summary>The key of what a member of a share group reads in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 14, 14)]
public sealed partial class ShareGroupCurrentMemberAssignmentKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("14")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id.</summary>
    [Field("14")]
    public string MemberId { get; set; } = "";
}
