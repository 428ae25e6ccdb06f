namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  expiry
//   2  no expiry
//   3  leader epoch
//   4  flexible; topic id

/// <summary>The value of a committed offset in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 4, FlexibleFrom = 4)]
public sealed partial class OffsetCommitValue
{
    /// <summary>Gets or sets the offset of the next record to read.</summary>
    [Field("0+")]
    public long Offset { get; set; }

    /// <summary>Gets or sets the leader epoch, or -1 where it is not known.</summary>
    [Field("3+", Ignorable = true)]
    public int LeaderEpoch { get; set; } = -1;

    /// <summary>Gets or sets the note of the client.</summary>
    [Field("0+")]
    public string Metadata { get; set; } = "";

    /// <summary>Gets or sets when the offset was committed, in milliseconds since 1970.</summary>
    [Field("0+")]
    public long CommitTimestamp { get; set; }

    /// <summary>Gets or sets when the offset expires, in milliseconds since 1970, or -1 for the default.</summary>
    [Field("1", Ignorable = true)]
    public long ExpireTimestamp { get; set; } = -1;

    /// <summary>Gets or sets the topic's id.</summary>
    [Field("4+", Tag = 0, Ignorable = true)]
    public Guid TopicId { get; set; }
}
