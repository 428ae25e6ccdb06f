using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using StreamLog.Metadata;

namespace StreamLog.Quotas;

/// <summary>Finds the quota that holds for an address: its own, or that of all others.</summary>
/// <remarks>Thread-safe. Hosts with a name hold from when the name is resolved on, which is once for each change of
/// quotas, as in Kafka. What it was resolved to before holds until then.</remarks>
internal sealed class AddressLimits
{
    private readonly Func<string, Task<IPAddress[]>> _resolve;
    private readonly ConcurrentDictionary<string, IPAddress[]> _resolved = new();
    private Known _known = new(
        ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>>.Empty,
        FrozenDictionary<IPAddress, double>.Empty,
        Others: null);

    /// <summary>Creates it without quotas.</summary>
    /// <param name="resolve">Finds the addresses of a host; <see langword="null"/> asks the machine.</param>
    public AddressLimits(Func<string, Task<IPAddress[]>>? resolve = null) =>
        _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>Finds the quota of an address.</summary>
    /// <param name="image">The quotas.</param>
    /// <param name="address">The address; one of IPv4 in its own form.</param>
    /// <returns>How many connections a second it may open, or <see langword="null"/> where nothing bounds
    /// them.</returns>
    public double? Find(ClusterImage image, IPAddress address)
    {
        Known known = Volatile.Read(ref _known);
        if (!ReferenceEquals(known.Quotas, image.ClientQuotas))
            known = Read(image);
        return known.Bounds.TryGetValue(address, out double bound) ? bound : known.Others;
    }

    private Known Read(ClusterImage image)
    {
        Dictionary<IPAddress, double> bounds = [];
        List<(string Host, double Bound)> named = [];
        double? others = null;
        foreach ((QuotaEntity entity, ImmutableSortedDictionary<string, double> quotas) in image.ClientQuotas)
        {
            if (!entity.HasIp || !quotas.TryGetValue(QuotaChange.ConnectionCreationRate, out double bound))
                continue;
            if (entity.Ip is null)
                others = bound;
            else if (IPAddress.TryParse(entity.Ip, out IPAddress? address))
                bounds[Plain(address)] = bound;
            else
                named.Add((entity.Ip, bound));
        }

        foreach (string host in _resolved.Keys)
        {
            if (!named.Exists(other => other.Host == host))
                _resolved.TryRemove(host, out _);
        }

        Known known = new(image.ClientQuotas, WithNamed(bounds, named), others);
        Volatile.Write(ref _known, known);
        if (named.Count > 0)
            _ = ResolveAsync(known, bounds, named);
        return known;
    }

    private async Task ResolveAsync(
        Known known, Dictionary<IPAddress, double> bounds, List<(string Host, double Bound)> named)
    {
        foreach ((string host, _) in named)
        {
            try
            {
                _resolved[host] = await _resolve(host).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // It was there when the quota was set. Who was never found by its name is one of all others.
            }
        }

        Interlocked.CompareExchange(ref _known, known with { Bounds = WithNamed(bounds, named) }, known);
    }

    // An address that has a quota of its own keeps it.
    private FrozenDictionary<IPAddress, double> WithNamed(
        Dictionary<IPAddress, double> bounds, List<(string Host, double Bound)> named)
    {
        Dictionary<IPAddress, double> all = new(bounds);
        foreach ((string host, double bound) in named)
        {
            foreach (IPAddress address in _resolved.GetValueOrDefault(host, []))
                all.TryAdd(Plain(address), bound);
        }

        return all.ToFrozenDictionary();
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private sealed record Known(
        ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>> Quotas,
        FrozenDictionary<IPAddress, double> Bounds,
        double? Others);
}
