using System.Net;
using System.Net.Sockets;
using StreamLog.Kafka.Sockets;

namespace StreamLog.Kafka.Listening;

/// <summary>Where on this machine a listener takes connections. Stateless.</summary>
internal static class ListenAddress
{
    /// <summary>Tells whether an address stands for all those of the machine.</summary>
    /// <param name="address">The address.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool IsAny(HostAndPort address) => address.Host is "*" or "" or "0.0.0.0" or "::";

    /// <summary>Finds the address to bind to.</summary>
    /// <param name="address">The address as the options have it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The address.</returns>
    /// <exception cref="StreamLogException">The name is not known, or there is no port.</exception>
    public static async ValueTask<IPEndPoint> ResolveAsync(HostAndPort address, CancellationToken cancellationToken)
    {
        (string host, int? given) = address;
        int port = given ?? throw new StreamLogException(
            ErrorCode.InvalidConfig, $"The listener's address '{host}' has no port. Add one, or :0 for any.");
        if (host is "*" or "")
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return new IPEndPoint(literal, port);

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            IPAddress? chosen = found.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork)
                ?? found.FirstOrDefault();
            if (chosen is not null)
                return new IPEndPoint(chosen, port);
        }
        catch (SocketException)
        {
            // Told below, as a name without addresses.
        }

        throw new StreamLogException(
            ErrorCode.InvalidConfig, $"The listener's host '{host}' has no address on this machine.");
    }
}
