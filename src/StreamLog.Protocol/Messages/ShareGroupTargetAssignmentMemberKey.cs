namespace StreamLog.Protocol.Messages;

// Versions:
//   13  the first: the number tells the kind of the record

/// <summary>The key of what a member of a share group is to read in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 13, 13)]
public sealed partial class ShareGroupTargetAssignmentMemberKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("13")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the member's id.</summary>
    [Field("13")]
    public string MemberId { get; set; } = "";
}
