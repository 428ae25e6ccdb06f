using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;

namespace StreamLog.Kafka.Listening;

/// <summary>What the connections of a listener share. Immutable.</summary>
internal sealed record ListenerParts
{
    /// <summary>Gets who answers.</summary>
    public required IBroker Broker { get; init; }

    /// <summary>Gets how the listener is set up.</summary>
    public required KafkaListenerOptions Options { get; init; }

    /// <summary>Gets the listener's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the id of the node that listens.</summary>
    public required int NodeId { get; init; }

    /// <summary>Gets where nodes are reached.</summary>
    public required ListenerRegistry Registry { get; init; }

    /// <summary>Gets the addresses that clients of this listener are told.</summary>
    public required ListenerAddresses Addresses { get; init; }

    /// <summary>Gets what bounds the bytes of all requests.</summary>
    public required ByteGate Gate { get; init; }

    /// <summary>Gets what encrypts connections, or <see langword="null"/>.</summary>
    public TlsHandshake? Tls { get; init; }

    /// <summary>Gets who decides on connections besides the options, or <see langword="null"/>.</summary>
    public IConnectionQuota? Quota { get; init; }

    /// <summary>Gets the clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Gets where to log.</summary>
    public required ILogger Logger { get; init; }
}
