namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  controlled shutdown
//   2  directories

/// <summary>What a node registered has changed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 2, FlexibleFrom = 0, RecordKey = 17)]
public sealed partial class BrokerRegistrationChangeRecord : IMetadataRecord
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }

    /// <summary>Gets or sets the epoch of the node's registration.</summary>
    [Field("0+")]
    public long BrokerEpoch { get; set; }

    /// <summary>Gets or sets 1 where the node takes no part from here on, -1 where it does again, and 0 where that has
    /// not changed.</summary>
    [Field("0+", Tag = 0)]
    public sbyte Fenced { get; set; }

    /// <summary>Gets or sets 1 where the node is on its way out, and 0 where that has not changed.</summary>
    [Field("1+", Tag = 1)]
    public sbyte InControlledShutdown { get; set; }

    /// <summary>Gets or sets the ids of the node's directories that are online.</summary>
    [Field("2+", Tag = 2)]
    public List<Guid> LogDirs { get; set; } = [];
}
