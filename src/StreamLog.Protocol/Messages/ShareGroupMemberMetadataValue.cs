namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of what a member of a share group told of itself in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ShareGroupMemberMetadataValue
{
    /// <summary>Gets or sets the client's rack, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? RackId { get; set; } = "";

    /// <summary>Gets or sets the client's id.</summary>
    [Field("0+")]
    public string ClientId { get; set; } = "";

    /// <summary>Gets or sets the client's address.</summary>
    [Field("0+")]
    public string ClientHost { get; set; } = "";

    /// <summary>Gets or sets the names of the topics subscribed to.</summary>
    [Field("0+")]
    public List<string> SubscribedTopicNames { get; set; } = [];
}
