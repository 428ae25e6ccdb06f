namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A block of producer ids was handed out.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 15)]
public sealed partial class ProducerIdsRecord : IMetadataRecord
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }

    /// <summary>Gets or sets the epoch of the node's registration.</summary>
    [Field("0+")]
    public long BrokerEpoch { get; set; } = -1;

    /// <summary>Gets or sets the first producer id after the block that was handed out.</summary>
    [Field("0+")]
    public long NextProducerId { get; set; }
}
