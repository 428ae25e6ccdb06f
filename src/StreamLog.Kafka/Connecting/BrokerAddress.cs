using StreamLog.Kafka.Sockets;

namespace StreamLog.Kafka.Connecting;

/// <summary>Where a broker is reached. Immutable.</summary>
/// <param name="Host">The name or address.</param>
/// <param name="Port">The port.</param>
internal readonly record struct BrokerAddress(string Host, int Port)
{
    private const int UsualPort = 9092;

    /// <summary>Reads the addresses to begin with.</summary>
    /// <param name="servers">The text, <c>host:port</c> with commas between.</param>
    /// <returns>The addresses, at least one.</returns>
    /// <exception cref="StreamLogException">There is none, or one cannot be read
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static BrokerAddress[] ParseAll(string? servers)
    {
        List<BrokerAddress> found = [];
        foreach (string part in (servers ?? "").Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            HostAndPort address = HostAndPort.Parse(part, nameof(KafkaClusterOptions.BootstrapServers));
            if (address.Host.Length == 0 || address.Port == 0)
                throw Missing($"'{part}'");
            found.Add(new BrokerAddress(address.Host, address.Port ?? UsualPort));
        }

        return found.Count > 0 ? [.. found] : throw Missing("empty");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static StreamLogException Missing(string what) => new(
        ErrorCode.InvalidConfig,
        $"BootstrapServers is {what}, which names no broker. Write host:port, several with commas between.");
}
