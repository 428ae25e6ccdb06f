using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Connecting;

/// <summary>What is known of a cluster: its nodes, the leaders of partitions, and the coordinators.</summary>
/// <remarks>Owned by the cluster. Thread-safe. It is learnt from every Metadata response that passes by, and doubted
/// upon every answer that does not fit.</remarks>
internal sealed class ClusterView
{
    private const int CoordinatorsMax = 10_000;

    private readonly BrokerAddress[] _bootstrap;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxAge;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<int, BrokerAddress> _nodes = [];
    private readonly Dictionary<string, TopicPlaces> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, TopicPlaces> _byId = [];
    private readonly Dictionary<(RequestTargetKind Kind, string Key), BrokerAddress> _coordinators = [];
    private int _controllerId = -1;
    private int _turn;

    /// <summary>Creates the view of a cluster of which nothing is known but where to ask.</summary>
    /// <param name="bootstrap">Where to ask.</param>
    /// <param name="time">The clock.</param>
    /// <param name="maxAge">How old the knowledge of a topic may be.</param>
    public ClusterView(BrokerAddress[] bootstrap, TimeProvider time, TimeSpan maxAge)
    {
        _bootstrap = bootstrap;
        _time = time;
        _maxAge = maxAge;
    }

    /// <summary>Gets all nodes that are known; those to begin with where there are none.</summary>
    public IReadOnlyList<BrokerAddress> Nodes
    {
        get
        {
            lock (_gate)
                return _nodes.Count > 0 ? [.. _nodes.Values] : _bootstrap;
        }
    }

    /// <summary>Gets the controller's address, or <see langword="null"/> where it is not known.</summary>
    public BrokerAddress? Controller
    {
        get
        {
            lock (_gate)
                return Find(_controllerId);
        }
    }

    /// <summary>Lists whom to ask what every node can answer, each once and by rank. Of the same rank are first the
    /// nodes in turn, and then those to begin with.</summary>
    /// <param name="rank">Tells the rank: the smaller, the sooner.</param>
    /// <returns>The addresses.</returns>
    public List<BrokerAddress> Candidates(Func<BrokerAddress, int> rank)
    {
        List<BrokerAddress> all;
        int turn;
        lock (_gate)
        {
            all = [.. _nodes.Values];
            turn = all.Count > 1 ? (int)((uint)_turn++ % (uint)all.Count) : 0;
        }

        all = [.. all.Skip(turn), .. all.Take(turn), .. _bootstrap];
        return [.. all.Distinct().OrderBy(rank)];
    }

    /// <summary>Learns from a response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="isWhole">Whether it names all topics there are.</param>
    public void Learn(MetadataResponse response, bool isWhole)
    {
        lock (_gate)
        {
            if (response.Brokers.Count > 0)
            {
                _nodes.Clear();
                foreach (MetadataResponse.MetadataResponseBroker broker in response.Brokers)
                    _nodes[broker.NodeId] = new BrokerAddress(broker.Host, broker.Port);
                _controllerId = response.ControllerId;
            }

            if (isWhole)
                Forget(response.Topics);
            long now = _time.GetTimestamp();
            foreach (MetadataResponse.MetadataResponseTopic topic in response.Topics)
                Learn(topic, now);
        }
    }

    /// <summary>Tells where to send what is about a partition.</summary>
    /// <param name="target">The partition.</param>
    /// <param name="isFresh">Whether somebody has just asked: then what is known is final.</param>
    /// <returns>The leader's address, an error, or neither where somebody must be asked.</returns>
    public Destination FindLeader(RequestTarget target, bool isFresh)
    {
        lock (_gate)
        {
            TopicPlaces? places = target.Name.Length > 0
                ? _byName.GetValueOrDefault(target.Name)
                : _byId.GetValueOrDefault(target.TopicId);
            if (places is null)
            {
                return !isFresh ? Destination.Unknown : Destination.Refused(
                    target.Name.Length > 0 ? ErrorCode.UnknownTopicOrPartition : ErrorCode.UnknownTopicId);
            }

            bool mustAsk = !isFresh && (places.IsDoubted || _time.GetElapsedTime(places.TakenAt) > _maxAge);
            if (mustAsk)
                return Destination.Unknown;
            if (places.ErrorCode != ErrorCode.None)
                return isFresh ? Destination.Refused(places.ErrorCode) : Destination.Unknown;
            if (places.FindLeader(target.Partition) is not { } leader)
                return isFresh ? Destination.Refused(ErrorCode.UnknownTopicOrPartition) : Destination.Unknown;
            if (Find(leader) is { } address)
                return Destination.To(address);
            return isFresh ? Destination.Refused(ErrorCode.LeaderNotAvailable) : Destination.Unknown;
        }
    }

    /// <summary>Finds a node.</summary>
    /// <param name="nodeId">Its id.</param>
    /// <returns>Its address, or <see langword="null"/> where it is not known.</returns>
    public BrokerAddress? FindNode(int nodeId)
    {
        lock (_gate)
            return Find(nodeId);
    }

    /// <summary>Finds the coordinator of a group or a transactional id.</summary>
    /// <param name="target">The group or the id.</param>
    /// <returns>Its address, or <see langword="null"/> where it is not known.</returns>
    public BrokerAddress? FindCoordinator(RequestTarget target)
    {
        lock (_gate)
        {
            return _coordinators.TryGetValue((target.Kind, target.Name), out BrokerAddress address)
                ? address
                : null;
        }
    }

    /// <summary>Learns who coordinates a group or a transactional id.</summary>
    /// <param name="target">The group or the id.</param>
    /// <param name="address">The coordinator.</param>
    public void LearnCoordinator(RequestTarget target, BrokerAddress address)
    {
        lock (_gate)
        {
            if (_coordinators.Count >= CoordinatorsMax)
                _coordinators.Clear();
            _coordinators[(target.Kind, target.Name)] = address;
        }
    }

    /// <summary>Doubts what is known of the things that a request named.</summary>
    /// <param name="targets">The things.</param>
    public void Doubt(IEnumerable<RequestTarget> targets)
    {
        lock (_gate)
        {
            foreach (RequestTarget target in targets)
            {
                if (target.Kind is RequestTargetKind.Group or RequestTargetKind.TransactionalId)
                    _coordinators.Remove((target.Kind, target.Name));
                TopicPlaces? places = target.Kind != RequestTargetKind.Partition ? null
                    : target.Name.Length > 0 ? _byName.GetValueOrDefault(target.Name)
                    : _byId.GetValueOrDefault(target.TopicId);
                if (places is not null)
                    places.IsDoubted = true;
            }
        }
    }

    /// <summary>Doubts all that a node was said to answer for: it cannot be reached.</summary>
    /// <param name="address">Its address.</param>
    public void Doubt(BrokerAddress address)
    {
        lock (_gate)
        {
            foreach ((int nodeId, BrokerAddress known) in _nodes)
            {
                if (known != address)
                    continue;
                if (nodeId == _controllerId)
                    _controllerId = -1;
                foreach (TopicPlaces places in _byName.Values.Concat(_byId.Values))
                    places.IsDoubted |= places.IsLedBy(nodeId);
            }

            foreach ((RequestTargetKind Kind, string Key) key in
                _coordinators.Where(known => known.Value == address).Select(known => known.Key).ToArray())
            {
                _coordinators.Remove(key);
            }
        }
    }

    // The topics that are not there any more: of the others it is kept which leaders are newer.
    private void Forget(List<MetadataResponse.MetadataResponseTopic> there)
    {
        HashSet<string> names = [.. there.Select(topic => topic.Name ?? "")];
        foreach (TopicPlaces places in _byName.Values.Where(places => !names.Contains(places.Name)).ToArray())
        {
            _byName.Remove(places.Name);
            _byId.Remove(places.Id);
        }
    }

    private void Learn(MetadataResponse.MetadataResponseTopic topic, long now)
    {
        TopicPlaces? before = !string.IsNullOrEmpty(topic.Name) ? _byName.GetValueOrDefault(topic.Name) : null;
        TopicPlaces places = new(topic, before, now);
        if (before is not null)
            _byId.Remove(before.Id);
        if (topic.ErrorCode is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId)
        {
            _byName.Remove(places.Name);
            _byId.Remove(places.Id);
            return;
        }

        if (places.Name.Length > 0)
            _byName[places.Name] = places;
        if (places.Id != Guid.Empty)
            _byId[places.Id] = places;
    }

    private BrokerAddress? Find(int nodeId) =>
        _nodes.TryGetValue(nodeId, out BrokerAddress address) ? address : null;
}
