namespace StreamLog.Protocol.Messages;

// Versions:
//   2  the first: the numbers below belong to offsets

/// <summary>The key of a classic group in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 2, 2)]
public sealed partial class GroupMetadataKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("2")]
    public string Group { get; set; } = "";
}
