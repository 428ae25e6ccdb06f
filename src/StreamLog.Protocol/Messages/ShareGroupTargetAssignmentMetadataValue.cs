namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of the epoch of a share group's assignment in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ShareGroupTargetAssignmentMetadataValue
{
    /// <summary>Gets or sets the epoch.</summary>
    [Field("0+")]
    public int AssignmentEpoch { get; set; }
}
