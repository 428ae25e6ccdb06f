namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  controlled shutdown
//   2  migration from ZooKeeper
//   3  directories

/// <summary>A node registered.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 3, FlexibleFrom = 0, RecordKey = 0)]
public sealed partial class RegisterBrokerRecord : IMetadataRecord
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }

    /// <summary>Gets or sets whether the node migrates from ZooKeeper.</summary>
    [Field("2+")]
    public bool IsMigratingZkBroker { get; set; }

    /// <summary>Gets or sets the id of this run of the node's process.</summary>
    [Field("0+")]
    public Guid IncarnationId { get; set; }

    /// <summary>Gets or sets the epoch of the node's registration.</summary>
    [Field("0+")]
    public long BrokerEpoch { get; set; }

    /// <summary>Gets or sets where to reach the node.</summary>
    [Field("0+")]
    public List<BrokerEndpoint> EndPoints { get; set; } = [];

    /// <summary>Gets or sets the features that the node supports, with their levels.</summary>
    [Field("0+")]
    public List<BrokerFeature> Features { get; set; } = [];

    /// <summary>Gets or sets the rack of the node, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? Rack { get; set; } = "";

    /// <summary>Gets or sets whether the node may not lead yet.</summary>
    [Field("0+")]
    public bool Fenced { get; set; } = true;

    /// <summary>Gets or sets whether the node is on its way out.</summary>
    [Field("1+")]
    public bool InControlledShutdown { get; set; }

    /// <summary>Gets or sets the ids of the node's directories that are online.</summary>
    [Field("3+", Tag = 0)]
    public List<Guid> LogDirs { get; set; } = [];

    /// <summary>Where to reach the node by one listener.</summary>
    public sealed partial class BrokerEndpoint
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the host name.</summary>
        [Field("0+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("0+")]
        public ushort Port { get; set; }

        /// <summary>Gets or sets the security protocol, as Kafka numbers it.</summary>
        [Field("0+")]
        public short SecurityProtocol { get; set; }
    }

    /// <summary>One feature that the node supports.</summary>
    public sealed partial class BrokerFeature
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the lowest level supported.</summary>
        [Field("0+")]
        public short MinSupportedVersion { get; set; }

        /// <summary>Gets or sets the highest level supported.</summary>
        [Field("0+")]
        public short MaxSupportedVersion { get; set; }
    }
}
