namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Takes a node out of the cluster that will not come back.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.UnregisterBroker, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class UnregisterBrokerRequest : IRequest<UnregisterBrokerResponse>
{
    /// <summary>Gets or sets the node's id.</summary>
    [Field("0+")]
    public int BrokerId { get; set; }
}

/// <summary>Tells whether the node is out of the cluster.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.UnregisterBroker, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class UnregisterBrokerResponse : IThrottledResponse
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
}
