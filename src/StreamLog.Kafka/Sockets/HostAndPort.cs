using System.Globalization;
using System.Net;

namespace StreamLog.Kafka.Sockets;

/// <summary>An address as it stands in options: a host and a port. Immutable.</summary>
/// <param name="Host">The name, address, or <c>*</c> for all addresses.</param>
/// <param name="Port">The port, or <see langword="null"/> where none was given.</param>
internal readonly record struct HostAndPort(string Host, int? Port)
{
    /// <summary>Reads an address.</summary>
    /// <param name="text">The text, <c>host:port</c>, <c>[address]:port</c> or <c>host</c>.</param>
    /// <param name="option">The option that it stands in, for the error.</param>
    /// <returns>The address.</returns>
    /// <exception cref="StreamLogException">It is none (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static HostAndPort Parse(string text, string option)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"{option} is '{text}', which looks like a URL. Write host:port alone, as 127.0.0.1:9092.");
        }

        int colon = text.LastIndexOf(':');
        bool isBareHost = colon < 0 || text.EndsWith(']') || text.IndexOf(':', StringComparison.Ordinal) != colon
            && !text.StartsWith('[');
        string host = (isBareHost ? text : text[..colon]).Trim('[', ']');
        if (isBareHost && text.Length > 0)
            return new HostAndPort(host, null);
        if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port <= IPEndPoint.MaxPort)
        {
            return new HostAndPort(host, port);
        }

        throw new StreamLogException(
            ErrorCode.InvalidConfig, $"{option} is '{text}', which is no address. Write host:port, as 127.0.0.1:9092.");
    }
}
