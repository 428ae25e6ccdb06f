namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A node was taken out of the cluster.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 1)]
public sealed partial class UnregisterBrokerRecord : IMetadataRecord
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }

    /// <summary>Gets or sets the epoch of the registration that ends.</summary>
    [Field("0+")]
    public long BrokerEpoch { get; set; }
}
