namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first: the number tells the kind of the record

/// <summary>The key of how far a share group has come with a partition in <c>__share_group_state</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0)]
public sealed partial class ShareSnapshotKey
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the topic's id.</summary>
    [Field("0")]
    public Guid TopicId { get; set; }

    /// <summary>Gets or sets the partition's number.</summary>
    [Field("0")]
    public int Partition { get; set; }
}
