namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: session lifetime
//   2  flexible

/// <summary>Carries one of the client's messages of an authentication.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.SaslAuthenticate, MessageKind.Request, 0, 2, FlexibleFrom = 2)]
public sealed partial class SaslAuthenticateRequest : IRequest<SaslAuthenticateResponse>
{
    /// <summary>Gets or sets the bytes of the mechanism.</summary>
    [Field("0+")]
    public byte[] AuthBytes { get; set; } = [];
}

/// <summary>Carries the server's answer to a message of an authentication.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.SaslAuthenticate, MessageKind.Response, 0, 2, FlexibleFrom = 2)]
public sealed partial class SaslAuthenticateResponse
{
    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong, in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; } = "";

    /// <summary>Gets or sets the bytes of the mechanism.</summary>
    [Field("0+")]
    public byte[] AuthBytes { get; set; } = [];

    /// <summary>Gets or sets for how long the authentication holds, in milliseconds, or 0 where it does not
    /// end.</summary>
    [Field("1+", Ignorable = true)]
    public long SessionLifetimeMs { get; set; }
}
