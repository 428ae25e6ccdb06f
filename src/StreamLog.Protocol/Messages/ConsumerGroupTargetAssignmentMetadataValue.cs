namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of the epoch of a target assignment in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupTargetAssignmentMetadataValue
{
    /// <summary>Gets or sets the epoch that the assignment was made for.</summary>
    [Field("0+")]
    public int AssignmentEpoch { get; set; }
}
