namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  the same layout; it is the one written

/// <summary>The key of a committed offset in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 1)]
public sealed partial class OffsetCommitKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0-1")]
    public string Group { get; set; } = "";

    /// <summary>Gets or sets the topic's name.</summary>
    [Field("0-1")]
    public string Topic { get; set; } = "";

    /// <summary>Gets or sets the partition's number.</summary>
    [Field("0-1")]
    public int Partition { get; set; }
}
