namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  migration from ZooKeeper
//   2  directories
//   3  the epoch of the registration before
//   4  features whose levels begin at 0

/// <summary>Registers a node with the controller. It takes no part before it asks for that with a
/// <see cref="BrokerHeartbeatRequest"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.BrokerRegistration, MessageKind.Request, 0, 4, FlexibleFrom = 0)]
public sealed partial class BrokerRegistrationRequest : IRequest<BrokerRegistrationResponse>
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }

    /// <summary>Gets or sets the id of the cluster that the node belongs to.</summary>
    [Field("0+")]
    public string ClusterId { get; set; } = "";

    /// <summary>Gets or sets the id of this run of the node.</summary>
    [Field("0+")]
    public Guid IncarnationId { get; set; }

    /// <summary>Gets or sets where the node listens.</summary>
    [Field("0+")]
    public List<Listener> Listeners { get; set; } = [];

    /// <summary>Gets or sets the features that the node supports.</summary>
    [Field("0+")]
    public List<Feature> Features { get; set; } = [];

    /// <summary>Gets or sets the rack of the node, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? Rack { get; set; } = "";

    /// <summary>Gets or sets whether the node migrates from ZooKeeper.</summary>
    [Field("1+", Ignorable = true)]
    public bool IsMigratingZkBroker { get; set; }

    /// <summary>Gets or sets the ids of the node's directories.</summary>
    [Field("2+", Ignorable = true)]
    public List<Guid> LogDirs { get; set; } = [];

    /// <summary>Gets or sets the epoch of the node's registration before, or -1.</summary>
    [Field("3+", Ignorable = true)]
    public long PreviousBrokerEpoch { get; set; } = -1;

    /// <summary>One place where the node listens.</summary>
    public sealed partial class Listener
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
    public sealed partial class Feature
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

/// <summary>Tells whether the node is registered.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.BrokerRegistration, MessageKind.Response, 0, 4, FlexibleFrom = 0)]
public sealed partial class BrokerRegistrationResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the sender was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the epoch of the registration, or -1.</summary>
    [Field("0+")]
    public long BrokerEpoch { get; set; } = -1;
}
