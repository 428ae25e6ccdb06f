using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamLog.Kafka.Listening;

/// <summary>An address as it stands in options: a host and a port. Immutable.</summary>
/// <param name="Host">The name, address, or <c>*</c> for all addresses.</param>
/// <param name="Port">The port, or <see langword="null"/> where none was given.</param>
internal readonly record struct ListenAddress(string Host, int? Port)
{
    /// <summary>Gets whether it stands for all addresses of the machine.</summary>
    public bool IsAny => Host is "*" or "" or "0.0.0.0" or "::";

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text, <c>host:port</c>, <c>[address]:port</c> or <c>host</c>.</param>
    /// <param name="option">The option that it stands in, for the error.</param>
    /// <returns>The address.</returns>
    /// <exception cref="StreamLogException">It is none (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static ListenAddress Parse(string text, string option)
    {
        int colon = text.LastIndexOf(':');
        bool isBareHost = colon < 0 || text.EndsWith(']') || text.IndexOf(':', StringComparison.Ordinal) != colon
            && !text.StartsWith('[');
        string host = (isBareHost ? text : text[..colon]).Trim('[', ']');
        if (isBareHost && text.Length > 0)
            return new ListenAddress(host, null);
        if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port <= IPEndPoint.MaxPort)
        {
            return new ListenAddress(host, port);
        }

        throw new StreamLogException(
            ErrorCode.InvalidConfig, $"{option} is '{text}', which is no address. Write host:port, as 127.0.0.1:9092.");
    }

    /// <summary>Finds the address to bind to.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The address.</returns>
    /// <exception cref="StreamLogException">The name is not known, or there is no port.</exception>
    public async ValueTask<IPEndPoint> ResolveAsync(CancellationToken cancellationToken)
    {
        int port = Port ?? throw new StreamLogException(
            ErrorCode.InvalidConfig, $"The listener's address '{Host}' has no port. Add one, or :0 for any.");
        if (Host is "*" or "")
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        if (IPAddress.TryParse(Host, out IPAddress? literal))
            return new IPEndPoint(literal, port);

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(Host, cancellationToken).ConfigureAwait(false);
            IPAddress? chosen = found.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)
                ?? found.FirstOrDefault();
            if (chosen is not null)
                return new IPEndPoint(chosen, port);
        }
        catch (SocketException)
        {
            // Told below, as a name without addresses.
        }

        throw new StreamLogException(
            ErrorCode.InvalidConfig, $"The listener's host '{Host}' has no address on this machine.");
    }
}
