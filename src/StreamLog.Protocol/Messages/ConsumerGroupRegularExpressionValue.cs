namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of the topics that a regular expression stands for in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupRegularExpressionValue
{
    /// <summary>Gets or sets the topics' names.</summary>
    [Field("0+")]
    public List<string> Topics { get; set; } = [];

    /// <summary>Gets or sets the offset of the metadata that the topics were found in.</summary>
    [Field("0+")]
    public long Version { get; set; }

    /// <summary>Gets or sets when the topics were found, in milliseconds since 1970.</summary>
    [Field("0+")]
    public long Timestamp { get; set; }
}
