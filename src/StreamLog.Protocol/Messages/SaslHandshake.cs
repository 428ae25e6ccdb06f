namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the messages of the mechanism follow bare
//   1  the messages of the mechanism follow in SaslAuthenticate

/// <summary>Chooses the mechanism by which the client authenticates.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.SaslHandshake, MessageKind.Request, 0, 1)]
public sealed partial class SaslHandshakeRequest : IRequest<SaslHandshakeResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the mechanism's name.</summary>
    [Field("0+")]
    public string Mechanism { get; set; } = "";

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;
}

/// <summary>Tells whether the mechanism is taken, and which there are.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.SaslHandshake, MessageKind.Response, 0, 1)]
public sealed partial class SaslHandshakeResponse
{
    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the mechanisms that the listener offers.</summary>
    [Field("0+")]
    public List<string> Mechanisms { get; set; } = [];
}
