namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>The first record of a snapshot.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class SnapshotHeaderRecord
{
    /// <summary>Gets or sets the version of the record.</summary>
    [Field("0+")]
    public short Version { get; set; }

    /// <summary>Gets or sets the timestamp of the last record in the snapshot.</summary>
    [Field("0+")]
    public long LastContainedLogTimestamp { get; set; }
}
