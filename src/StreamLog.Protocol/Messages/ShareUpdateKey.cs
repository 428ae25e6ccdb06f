namespace StreamLog.Protocol.Messages;

// Versions:
//   1  the first: the number tells the kind of the record

/// <summary>The key of how much further a share group has come with a partition in
/// <c>__share_group_state</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 1, 1)]
public sealed partial class ShareUpdateKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("1")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the topic's id.</summary>
    [Field("1")]
    public Guid TopicId { get; set; }

    /// <summary>Gets or sets the partition's number.</summary>
    [Field("1")]
    public int Partition { get; set; }
}
