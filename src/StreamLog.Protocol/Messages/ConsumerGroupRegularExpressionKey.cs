namespace StreamLog.Protocol.Messages;

// Versions:
//   16  the first: the number tells the kind of the record

/// <summary>The key of the topics that a regular expression stands for in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 16, 16)]
public sealed partial class ConsumerGroupRegularExpressionKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("16")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the regular expression.</summary>
    [Field("16")]
    public string RegularExpression { get; set; } = "";
}
