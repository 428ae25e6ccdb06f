using System.Net;

namespace StreamLog;

/// <summary>Where a node can be reached by one of its listeners. Immutable.</summary>
public sealed record ListenerEndpoint
{
    /// <summary>Gets the listener's name, such as <c>PLAINTEXT</c>. Kafka's <c>listeners</c> has it before the
    /// colon.</summary>
    public required string ListenerName { get; init; }

    /// <summary>Gets the id of the node that is reached.</summary>
    public required int NodeId { get; init; }

    /// <summary>Gets the host name or address that clients are told. Kafka calls it
    /// <c>advertised.listeners</c>.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the port that clients are told.</summary>
    public required int Port { get; init; }

    /// <summary>Gets the address that the listener is really bound to, with the port that the operating system chose
    /// where it was asked to; <see langword="null"/> where it is bound to none.</summary>
    public EndPoint? Bound { get; init; }

    /// <summary>Gets what clients are told, as <c>host:port</c>: what they take as bootstrap server.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <inheritdoc/>
    public override string ToString() => $"{ListenerName}://{Address}";
}
