namespace StreamLog.Protocol;

/// <summary>Who sends a request, and over which session.</summary>
/// <remarks>Thread-safe, and immutable but for what happens in its <see cref="Session"/>. One object stands for one
/// session: order is kept within it.</remarks>
public sealed class RequestContext
{
    /// <summary>The principal that Kafka gives to a caller who has not authenticated.</summary>
    public const string AnonymousPrincipal = "User:ANONYMOUS";

    /// <summary>The principal of callers in this process. Nothing is forbidden to them.</summary>
    public const string LocalPrincipal = "User:local";

    /// <summary>Gets the shared context of callers in this process that give themselves no name.</summary>
    public static RequestContext Local { get; } = new() { Principal = LocalPrincipal, IsLocal = true };

    /// <summary>Gets the authenticated principal, as <c>Type:Name</c>: whoever has authenticated in the
    /// <see cref="Session"/>, or else who the caller was from the beginning.</summary>
    public string Principal { get => Session.Principal ?? field; init; } = AnonymousPrincipal;

    /// <summary>Gets what the connection has told of itself so far. Callers in this process have none of their own, and
    /// what they tell is not kept.</summary>
    public RequestSession Session { get; init; } = RequestSession.Shared;

    /// <summary>Gets whether the caller lives in the node's own process.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Gets the listener that the session came in by, or an empty text for a local caller.</summary>
    public string ListenerName { get; init; } = "";

    /// <summary>Gets the client's name for itself (Kafka's <c>client.id</c>), or <see langword="null"/>.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets the address of the client, as Kafka's tools show it.</summary>
    public string ClientHost { get; init; } = "/127.0.0.1";

    /// <summary>Creates a context for a client in this process.</summary>
    /// <param name="clientId">The client's name for itself.</param>
    /// <returns>A new session.</returns>
    public static RequestContext ForLocalClient(string clientId) =>
        new() { Principal = LocalPrincipal, IsLocal = true, ClientId = clientId };
}
