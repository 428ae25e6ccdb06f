namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>The quorum's protocol got a version.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class KRaftVersionRecord
{
    /// <summary>Gets or sets the version of the record.</summary>
    [Field("0+")]
    public short Version { get; set; }

    /// <summary>Gets or sets the version of the quorum protocol.</summary>
    [Field("0+")]
    public short KRaftVersion { get; set; }
}
