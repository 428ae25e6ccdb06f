namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of the epoch of a share group in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ShareGroupMetadataValue
{
    /// <summary>Gets or sets the group's epoch.</summary>
    [Field("0+")]
    public int Epoch { get; set; }

    /// <summary>Gets or sets a hash of the topics subscribed to and of their partitions.</summary>
    [Field("0+")]
    public long MetadataHash { get; set; }
}
