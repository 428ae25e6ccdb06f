namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  the kind of endpoint
//   2  nodes that may not lead are told of where they are asked for

/// <summary>Asks for the nodes of the cluster.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeCluster, MessageKind.Request, 0, 2, FlexibleFrom = 0)]
public sealed partial class DescribeClusterRequest : IRequest<DescribeClusterResponse>
{
    /// <summary>Gets or sets whether to tell what the caller may do to the cluster.</summary>
    [Field("0+")]
    public bool IncludeClusterAuthorizedOperations { get; set; }

    /// <summary>Gets or sets 1 to ask for brokers, 2 for controllers.</summary>
    [Field("1+")]
    public sbyte EndpointType { get; set; } = 1;

    /// <summary>Gets or sets whether to tell of nodes too that may not lead.</summary>
    [Field("2+")]
    public bool IncludeFencedBrokers { get; set; }
}

/// <summary>Tells the nodes of the cluster.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeCluster, MessageKind.Response, 0, 2, FlexibleFrom = 0)]
public sealed partial class DescribeClusterResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets 1 where brokers are told, 2 for controllers.</summary>
    [Field("1+")]
    public sbyte EndpointType { get; set; } = 1;

    /// <summary>Gets or sets the cluster's id.</summary>
    [Field("0+")]
    public string ClusterId { get; set; } = "";

    /// <summary>Gets or sets the node that is the controller, or -1.</summary>
    [Field("0+")]
    public int ControllerId { get; set; } = -1;

    /// <summary>Gets or sets the nodes.</summary>
    [Field("0+")]
    public List<DescribeClusterBroker> Brokers { get; set; } = [];

    /// <summary>Gets or sets what the caller may do to the cluster, as bits.</summary>
    [Field("0+")]
    public int ClusterAuthorizedOperations { get; set; } = int.MinValue;

    /// <summary>One node of the cluster.</summary>
    public sealed partial class DescribeClusterBroker
    {
        /// <summary>Gets or sets the node's id.</summary>
        [Field("0+")]
        public int BrokerId { get; set; }

        /// <summary>Gets or sets the host name.</summary>
        [Field("0+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("0+")]
        public int Port { get; set; }

        /// <summary>Gets or sets the rack of the node, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Rack { get; set; }

        /// <summary>Gets or sets whether the node may not lead.</summary>
        [Field("2+", Ignorable = true)]
        public bool IsFenced { get; set; }
    }
}
