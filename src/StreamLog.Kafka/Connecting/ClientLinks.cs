namespace StreamLog.Kafka.Connecting;

/// <summary>The links of one client: one to each broker and lane that it uses. Connections are not shared among
/// clients, since brokers keep the order of requests by connection, and one client's wait would be every
/// client's.</summary>
/// <remarks>Owned by the pool, and gone with its client. Thread-safe.</remarks>
internal sealed class ClientLinks
{
    private readonly string? _clientId;
    private readonly ClusterParts _parts;
    private readonly Action<SpokenVersions> _onVersions;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<(BrokerAddress Address, Lane Lane), BrokerLink> _links = [];

    /// <summary>Creates it, without links.</summary>
    /// <param name="clientId">What the client calls itself.</param>
    /// <param name="parts">What all connections share.</param>
    /// <param name="onVersions">Hears what brokers speak.</param>
    public ClientLinks(string? clientId, ClusterParts parts, Action<SpokenVersions> onVersions)
    {
        _clientId = clientId;
        _parts = parts;
        _onVersions = onVersions;
        Fetches = new PendingFetches(parts.Time);
    }

    /// <summary>Gets the appends that wait to be told where to go. Those after them wait too, or they would come
    /// first.</summary>
    public SendingOrder Order { get; } = new();

    /// <summary>Gets the reads under way.</summary>
    public PendingFetches Fetches { get; }

    /// <summary>Gets the sessions in which the client reads from queues.</summary>
    public ShareSessions Shares { get; } = new();

    /// <summary>Finds a link, or makes it.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="lane">The lane.</param>
    /// <returns>The link.</returns>
    public BrokerLink Find(BrokerAddress address, Lane lane)
    {
        lock (_gate)
        {
            if (!_links.TryGetValue((address, lane), out BrokerLink? link))
            {
                link = new BrokerLink(address, _clientId, _parts, _onVersions);
                _links.Add((address, lane), link);
            }

            return link;
        }
    }

    /// <summary>Tells whether a broker is connected.</summary>
    /// <param name="address">The broker.</param>
    /// <returns><see langword="true"/> if its general lane is.</returns>
    public bool IsConnected(BrokerAddress address)
    {
        lock (_gate)
            return _links.TryGetValue((address, Lane.General), out BrokerLink? link) && link.IsConnected;
    }

    /// <summary>Closes what nobody uses, and what gets no answer.</summary>
    /// <param name="idleTimeout">How long nobody uses it.</param>
    /// <returns><see langword="true"/> where no connection is open.</returns>
    public bool CheckTimes(TimeSpan idleTimeout)
    {
        Fetches.DropOld();
        bool isClosed = true;
        foreach (BrokerLink link in All())
            isClosed &= link.CheckTimes(idleTimeout);
        return isClosed;
    }

    /// <summary>Closes all connections, and fails what waits.</summary>
    /// <param name="cause">Why.</param>
    public void Close(StreamLogException cause)
    {
        foreach (BrokerLink link in All())
            link.Close(cause);
        Fetches.DropAll();
    }

    private BrokerLink[] All()
    {
        lock (_gate)
            return [.. _links.Values];
    }
}
