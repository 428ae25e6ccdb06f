namespace StreamLog.Protocol;

/// <summary>What one connection has told of itself so far, and how far its authentication has come.</summary>
/// <remarks>
/// <para>Made by the listener with the connection, and held by its <see cref="RequestContext"/>. The handlers of
/// SaslHandshake, SaslAuthenticate and ApiVersions change it, and of these a listener hands in one after another. All
/// of it may be read on any thread.</para>
/// <para><b>What a listener does with it.</b> While <see cref="IsAuthenticated"/> is not true it lets none but
/// ApiVersions, SaslHandshake and SaslAuthenticate in. Once a response is out and <see cref="HasFailed"/> is true, it
/// closes the connection. From <see cref="ExpiresAt"/> on it closes the connection upon any request but SaslHandshake,
/// by which a client authenticates anew (KIP-368).</para>
/// <para><b>Raw tokens.</b> After version 0 of SaslHandshake a client sends the messages of the mechanism bare, as
/// frames without a header. While <see cref="TakesRawTokens"/> is true a listener therefore reads a frame as the
/// <c>AuthBytes</c> of a SaslAuthenticateRequest, sends that to the broker, and answers with a frame of nothing but the
/// <c>AuthBytes</c> of its response; upon an error it closes the connection and answers nothing.</para>
/// </remarks>
public sealed class RequestSession
{
    private readonly bool _isShared;
    private Sasl _sasl = Sasl.None;
    private Software _software = new("", "");

    /// <summary>Creates the session of a connection.</summary>
    public RequestSession()
    {
    }

    private RequestSession(bool isShared) => _isShared = isShared;

    /// <summary>Gets the session of callers that have none of their own: it keeps nothing.</summary>
    internal static RequestSession Shared { get; } = new(isShared: true);

    /// <summary>Gets the mechanisms that the listener offers, by their names in SASL. Where there are any, the client
    /// must authenticate. Kafka calls it <c>sasl.enabled.mechanisms</c>.</summary>
    public IReadOnlyList<string> SaslMechanisms { get; init; } = [];

    /// <summary>Gets how long an authentication holds, or <see langword="null"/> for as long as the connection. Kafka
    /// calls it <c>connections.max.reauth.ms</c>.</summary>
    public TimeSpan? AuthenticationLifetime { get; init; }

    /// <summary>Gets what tells that the connection has ended. What belongs to it ends with it.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>Gets whether nothing but authentication is open to a client that has not authenticated.</summary>
    public bool MustAuthenticate => SaslMechanisms.Count > 0;

    /// <summary>Gets whether requests may be taken: the client has authenticated, or need not.</summary>
    /// <remarks>It is not so while a client that is known authenticates anew.</remarks>
    public bool IsAuthenticated =>
        !MustAuthenticate || Volatile.Read(ref _sasl) is { Principal: not null, Phase: SaslPhase.Idle };

    /// <summary>Gets whether an authentication has failed. Nothing follows it in this session.</summary>
    public bool HasFailed => Volatile.Read(ref _sasl).Phase == SaslPhase.Failed;

    /// <summary>Gets whether the client sends the messages of its mechanism bare, without Kafka's header.</summary>
    public bool TakesRawTokens => Volatile.Read(ref _sasl) is { IsRaw: true, Phase: SaslPhase.Exchange };

    /// <summary>Gets who has authenticated, as <c>Type:Name</c>, or <see langword="null"/>. Stays while the client
    /// authenticates anew.</summary>
    public string? Principal => Volatile.Read(ref _sasl).Principal;

    /// <summary>Gets the mechanism that the client has chosen, or <see langword="null"/>.</summary>
    public string? SaslMechanism => Volatile.Read(ref _sasl).Mechanism;

    /// <summary>Gets the authentication under way, or <see langword="null"/>.</summary>
    public ISaslExchange? SaslExchange => Volatile.Read(ref _sasl).Exchange;

    /// <summary>Gets when the authentication ends, or <see langword="null"/> where it never does.</summary>
    public DateTimeOffset? ExpiresAt => Volatile.Read(ref _sasl).ExpiresAt;

    /// <summary>Gets when the client last began to authenticate anew, or <see langword="null"/>.</summary>
    public DateTimeOffset? ReauthenticatedAt => Volatile.Read(ref _sasl).ReauthenticatedAt;

    /// <summary>Gets the name of the client's library, as it said in ApiVersions; empty where it did not.</summary>
    public string ClientSoftwareName => Volatile.Read(ref _software).Name;

    /// <summary>Gets the version of the client's library, as it said in ApiVersions; empty where it did not.</summary>
    public string ClientSoftwareVersion => Volatile.Read(ref _software).Version;

    /// <summary>Notes which library the client is. Does nothing in a session that is shared by all callers of a
    /// process.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    public void NoteClientSoftware(string name, string version)
    {
        if (!_isShared)
            Volatile.Write(ref _software, new Software(name, version));
    }

    /// <summary>Notes that an authentication begins.</summary>
    /// <param name="mechanism">The mechanism that the client has chosen.</param>
    /// <param name="exchange">The authentication.</param>
    /// <param name="isRaw">Whether its messages come without Kafka's header.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The listener offers no such mechanism.</exception>
    public void BeginSasl(string mechanism, ISaslExchange exchange, bool isRaw, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (!SaslMechanisms.Contains(mechanism, StringComparer.Ordinal))
        {
            throw new InvalidOperationException(
                $"This session does not offer {mechanism}. It offers: {string.Join(", ", SaslMechanisms)}.");
        }

        Sasl before = _sasl;
        Volatile.Write(ref _sasl, before with
        {
            Phase = SaslPhase.Exchange,
            Mechanism = mechanism,
            Exchange = exchange,
            IsRaw = isRaw,
            ReauthenticatedAt = before.Principal is null ? null : now,
        });
    }

    /// <summary>Notes that the authentication under way has succeeded.</summary>
    /// <param name="principal">Who the client is, as <c>Type:Name</c>.</param>
    /// <param name="expiresAt">When that ends, or <see langword="null"/> where it never does.</param>
    /// <exception cref="InvalidOperationException">No authentication is under way.</exception>
    public void CompleteSasl(string principal, DateTimeOffset? expiresAt)
    {
        ArgumentException.ThrowIfNullOrEmpty(principal);
        if (_sasl.Phase != SaslPhase.Exchange)
            throw new InvalidOperationException("No authentication is under way in this session.");

        Volatile.Write(ref _sasl, _sasl with
        {
            Phase = SaslPhase.Idle,
            Principal = principal,
            Exchange = null,
            ExpiresAt = expiresAt,
        });
    }

    /// <summary>Notes that an authentication has failed, so that the session is over. Does nothing in a session that is
    /// shared by all callers of a process.</summary>
    public void FailSasl()
    {
        if (!_isShared)
            Volatile.Write(ref _sasl, _sasl with { Phase = SaslPhase.Failed, Exchange = null });
    }

    private enum SaslPhase
    {
        Idle,
        Exchange,
        Failed,
    }

    // Swapped as a whole, so that who reads it on another thread never sees half a change.
    private sealed record Sasl(
        SaslPhase Phase,
        string? Mechanism,
        ISaslExchange? Exchange,
        bool IsRaw,
        string? Principal,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? ReauthenticatedAt)
    {
        public static readonly Sasl None = new(SaslPhase.Idle, null, null, false, null, null, null);
    }

    private sealed record Software(string Name, string Version);
}
