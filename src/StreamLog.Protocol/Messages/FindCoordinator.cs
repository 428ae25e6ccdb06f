namespace StreamLog.Protocol.Messages;

// Versions:
//   0  one group
//   1  key type; response: throttle time and error message
//   3  flexible
//   4  several keys at once
//   5  TransactionAbortable may be answered
//   6  share groups

/// <summary>Asks which node coordinates a group or a transactional id.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.FindCoordinator, MessageKind.Request, 0, 6, FlexibleFrom = 3)]
public sealed partial class FindCoordinatorRequest : IRequest<FindCoordinatorResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the group, transactional id or share partition.</summary>
    [Field("0-3")]
    public string Key { get; set; } = "";

    /// <summary>Gets or sets 0 for a group, 1 for a transactional id, 2 for a share partition.</summary>
    [Field("1+")]
    public sbyte KeyType { get; set; }

    /// <summary>Gets or sets the groups, transactional ids or share partitions.</summary>
    [Field("4+")]
    public List<string> CoordinatorKeys { get; set; } = [];
}

/// <summary>Tells which nodes coordinate.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.FindCoordinator, MessageKind.Response, 0, 6, FlexibleFrom = 3)]
public sealed partial class FindCoordinatorResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0-3")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong in words, or null.</summary>
    [Field("1-3", NullableFrom = 1, Ignorable = true)]
    public string? ErrorMessage { get; set; } = "";

    /// <summary>Gets or sets the node's id.</summary>
    [Field("0-3")]
    public int NodeId { get; set; }

    /// <summary>Gets or sets the host name.</summary>
    [Field("0-3")]
    public string Host { get; set; } = "";

    /// <summary>Gets or sets the port.</summary>
    [Field("0-3")]
    public int Port { get; set; }

    /// <summary>Gets or sets one coordinator for each key.</summary>
    [Field("4+")]
    public List<Coordinator> Coordinators { get; set; } = [];

    /// <summary>The coordinator of one key.</summary>
    public sealed partial class Coordinator
    {
        /// <summary>Gets or sets the group, transactional id or share partition.</summary>
        [Field("4+")]
        public string Key { get; set; } = "";

        /// <summary>Gets or sets the node's id.</summary>
        [Field("4+")]
        public int NodeId { get; set; }

        /// <summary>Gets or sets the host name.</summary>
        [Field("4+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("4+")]
        public int Port { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("4+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("4+", NullableFrom = 4, Ignorable = true)]
        public string? ErrorMessage { get; set; } = "";
    }
}
