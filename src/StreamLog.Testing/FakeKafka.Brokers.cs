using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Testing;

public sealed partial class FakeKafka
{
    private const int FirstId = 1;
    private const string GroupTopic = "__consumer_offsets";
    private const string TransactionTopic = "__transaction_state";
    private const sbyte GroupKey = 0;
    private const sbyte TransactionKey = 1;

    /// <summary>Adds a broker. It is up, and leads nothing until topics are created or leaders are moved.</summary>
    /// <param name="rack">Where it stands, or <see langword="null"/>.</param>
    /// <param name="brokerId">The broker's id, such as that of one that was removed; <see langword="null"/> is the next
    /// free one.</param>
    /// <returns>The broker.</returns>
    /// <exception cref="ArgumentException">There is a broker of that id.</exception>
    public async Task<FakeBroker> AddBrokerAsync(string? rack = null, int? brokerId = null)
    {
        FakeBroker? added = null;
        await _membership.Enqueue(async () =>
        {
            int id = brokerId ?? Math.Max(_options.BrokerCount, _brokers.Max(broker => broker.NodeId)) + 1;
            if (_brokers.Any(broker => broker.NodeId == id))
                throw new ArgumentException($"There is a broker {id} already.", nameof(brokerId));
            await RegisterAsync(id, rack).ConfigureAwait(false);
            added = new FakeBroker(this, id, rack);
            added.Begin(_node);
            _brokers = _brokers.Add(added);
            await ListenAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        return added!;
    }

    /// <summary>Takes a broker out for good: others lead what it led and keep what it kept, and nobody is told of it
    /// any more.</summary>
    /// <param name="brokerId">The broker's id.</param>
    /// <returns>A task that completes when that is so.</returns>
    /// <exception cref="StreamLogException">It is the only one, or there is none of that id.</exception>
    public Task RemoveBrokerAsync(int brokerId) => _membership.Enqueue(async () =>
    {
        if (_brokers.Length > 1)
            await GiveAwayReplicasAsync(BrokerOf(brokerId)).ConfigureAwait(false);
        UnregisterBrokerResponse response =
            await SendAsync(new UnregisterBrokerRequest { BrokerId = brokerId }).ConfigureAwait(false);
        ThrowIfRefused(response.ErrorCode, response.ErrorMessage);
        FakeBroker broker = BrokerOf(brokerId);
        (broker.IsUp, broker.IsCutOff) = (false, false);
        broker.Cut();
        _brokers = _brokers.Remove(broker);
        await ListenAsync().ConfigureAwait(false);
    });

    /// <summary>Has a broker lead a partition, by an ordinary election: the leader epoch rises. A broker that has no
    /// replica takes the place of the last one.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition's number.</param>
    /// <param name="brokerId">The broker that is to lead.</param>
    /// <returns>A task that completes when it leads.</returns>
    /// <exception cref="StreamLogException">There is no such partition or broker, or the broker is down.</exception>
    public async Task MoveLeaderAsync(string topic, int partition, int brokerId)
    {
        MetadataResponse.MetadataResponsePartition now =
            await DescribeAsync(topic, partition).ConfigureAwait(false);
        if (now.LeaderId == brokerId)
            return;

        List<int> replicas = [brokerId, .. now.ReplicaNodes.Where(replica => replica != brokerId)];
        if (replicas.Count > now.ReplicaNodes.Count)
            replicas.RemoveAt(replicas.Count - 1);
        await ReassignAsync(topic, partition, replicas).ConfigureAwait(false);
    }

    /// <summary>Has brokers keep a partition, and the first of them lead it. The others are in sync at once, and
    /// consumers in their racks read from them.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition's number.</param>
    /// <param name="brokerIds">The brokers.</param>
    /// <returns>A task that completes when they do.</returns>
    /// <exception cref="StreamLogException">There is no such partition or broker, or the first one is
    /// down.</exception>
    public async Task AssignReplicasAsync(string topic, int partition, params int[] brokerIds)
    {
        ArgumentNullException.ThrowIfNull(brokerIds);
        ArgumentOutOfRangeException.ThrowIfZero(brokerIds.Length, nameof(brokerIds));
        await DescribeAsync(topic, partition).ConfigureAwait(false);
        await ReassignAsync(topic, partition, [.. brokerIds]).ConfigureAwait(false);
    }

    /// <summary>Has other brokers lead, wherever another one can: every partition's lead goes to the next broker that
    /// is up.</summary>
    /// <returns>A task that completes when they lead.</returns>
    public async Task RotateLeadersAsync()
    {
        int[] up = [.. _brokers.Where(broker => broker.IsUp).Select(broker => broker.NodeId)];
        MetadataResponse metadata = await SendAsync(new MetadataRequest { Topics = null }).ConfigureAwait(false);
        foreach (MetadataResponse.MetadataResponseTopic topic in metadata.Topics)
        {
            foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions)
            {
                int next = up[(Array.IndexOf(up, partition.LeaderId) + 1) % up.Length];
                await MoveLeaderAsync(topic.Name!, partition.PartitionIndex, next).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells which broker leads a partition.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition's number.</param>
    /// <returns>The broker's id and the leader epoch; the id is -1 where nobody leads.</returns>
    /// <exception cref="StreamLogException">There is no such partition.</exception>
    public async Task<(int BrokerId, int LeaderEpoch)> GetLeaderAsync(string topic, int partition)
    {
        MetadataResponse.MetadataResponsePartition now =
            await DescribeAsync(topic, partition).ConfigureAwait(false);
        return (now.LeaderId, now.LeaderEpoch);
    }

    /// <summary>Tells which broker coordinates a group.</summary>
    /// <param name="group">The group; there need be none of that name yet.</param>
    /// <returns>The broker's id.</returns>
    public Task<int> GetGroupCoordinatorAsync(string group) => FindCoordinatorAsync(group, GroupKey);

    /// <summary>Tells which broker coordinates a transactional id.</summary>
    /// <param name="transactionalId">The transactional id; it need not be in use yet.</param>
    /// <returns>The broker's id.</returns>
    public Task<int> GetTransactionCoordinatorAsync(string transactionalId) =>
        FindCoordinatorAsync(transactionalId, TransactionKey);

    /// <summary>Has a broker coordinate a group, and with it the others in the same partition of
    /// <c>__consumer_offsets</c>.</summary>
    /// <param name="group">The group.</param>
    /// <param name="brokerId">The broker.</param>
    /// <returns>A task that completes when it does.</returns>
    public Task MoveGroupCoordinatorAsync(string group, int brokerId) =>
        MoveCoordinatorAsync(group, GroupKey, GroupTopic, brokerId);

    /// <summary>Has a broker coordinate a transactional id, and with it the others in the same partition of
    /// <c>__transaction_state</c>.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="brokerId">The broker.</param>
    /// <returns>A task that completes when it does.</returns>
    public Task MoveTransactionCoordinatorAsync(string transactionalId, int brokerId) =>
        MoveCoordinatorAsync(transactionalId, TransactionKey, TransactionTopic, brokerId);

    /// <summary>Tells clients of another leader than there is, as a broker does whose metadata is old.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition's number.</param>
    /// <param name="brokerId">The broker to name as its leader, or -1.</param>
    /// <param name="leaderEpoch">The leader epoch to tell.</param>
    /// <returns>The fault. The truth is told again when it is lifted.</returns>
    public Fault PretendLeader(string topic, int partition, int brokerId, int leaderEpoch) =>
        Faults.On(ApiKey.Metadata).Change<MetadataResponse>(response =>
        {
            foreach (MetadataResponse.MetadataResponseTopic told in response.Topics.Where(told => told.Name == topic))
            {
                foreach (MetadataResponse.MetadataResponsePartition found in told.Partitions
                    .Where(found => found.PartitionIndex == partition))
                {
                    (found.LeaderId, found.LeaderEpoch) = (brokerId, leaderEpoch);
                }
            }
        });

    internal Task StopBrokerAsync(FakeBroker broker) => _membership.Enqueue(async () =>
    {
        if (!broker.IsUp && !broker.IsCutOff)
            return;

        (broker.IsUp, broker.IsCutOff) = (false, false);
        await HeartbeatAsync(broker.NodeId, wantsFence: true).ConfigureAwait(false);
        broker.Cut();
        await ListenAsync().ConfigureAwait(false);
    });

    internal Task CutOffBrokerAsync(FakeBroker broker) => _membership.Enqueue(async () =>
    {
        if (!broker.IsUp)
            return;

        (broker.IsUp, broker.IsCutOff) = (false, true);
        broker.Cut();
        await ListenAsync().ConfigureAwait(false);
    });

    internal Task StartBrokerAsync(FakeBroker broker) => _membership.Enqueue(async () =>
    {
        if (broker.IsUp)
            return;

        ThrowIfRemoved(broker);
        await HeartbeatAsync(broker.NodeId, wantsFence: false).ConfigureAwait(false);
        (broker.IsUp, broker.IsCutOff) = (true, false);
        await ListenAsync().ConfigureAwait(false);
    });

    private void ThrowIfRemoved(FakeBroker broker)
    {
        if (!_brokers.Contains(broker))
        {
            throw new StreamLogException(
                ErrorCode.BrokerIdNotRegistered,
                $"The broker {broker.NodeId} was taken out for good. Add another one in its place.");
        }
    }

    // As many replicas as there were stay, as long as there are brokers for them.
    private async Task GiveAwayReplicasAsync(FakeBroker leaving)
    {
        int[] others = [.. _brokers.Where(broker => broker != leaving)
            .OrderByDescending(broker => broker.IsUp).Select(broker => broker.NodeId)];
        int up = Math.Max(1, _brokers.Count(broker => broker.IsUp && broker != leaving));
        AlterPartitionReassignmentsRequest moves = new();
        MetadataResponse metadata = await SendAsync(new MetadataRequest { Topics = null }).ConfigureAwait(false);
        foreach (MetadataResponse.MetadataResponseTopic topic in metadata.Topics)
        {
            AlterPartitionReassignmentsRequest.ReassignableTopic moved = new() { Name = topic.Name! };
            foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions
                .Where(partition => partition.ReplicaNodes.Contains(leaving.NodeId)))
            {
                // Those that are up come first, one partition's in turn after another's.
                int first = partition.PartitionIndex % up;
                IEnumerable<int> heirs = others[first..up].Concat(others[..first]).Concat(others[up..]);
                moved.Partitions.Add(new AlterPartitionReassignmentsRequest.ReassignablePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    Replicas =
                    [
                        .. partition.ReplicaNodes.Where(replica => replica != leaving.NodeId),
                        .. heirs.Except(partition.ReplicaNodes).Take(1),
                    ],
                });
            }

            if (moved.Partitions.Count > 0)
                moves.Topics.Add(moved);
        }

        AlterPartitionReassignmentsResponse response = await SendAsync(moves).ConfigureAwait(false);
        foreach (AlterPartitionReassignmentsResponse.ReassignablePartitionResponse partition in
            response.Responses.SelectMany(topic => topic.Partitions))
        {
            ThrowIfRefused(partition.ErrorCode, partition.ErrorMessage);
        }
    }

    private async Task ReassignAsync(string topic, int partition, List<int> replicas)
    {
        // Before anything is changed. One that is cut off can lead.
        if (_brokers.FirstOrDefault(broker => broker.NodeId == replicas[0]) is { IsUp: false, IsCutOff: false })
        {
            throw new StreamLogException(
                ErrorCode.PreferredLeaderNotAvailable,
                $"The broker {replicas[0]} is down, so it cannot lead partition {partition} of '{topic}'.");
        }

        AlterPartitionReassignmentsResponse moved = await SendAsync(new AlterPartitionReassignmentsRequest
        {
            Topics =
            [
                new() { Name = topic, Partitions = [new() { PartitionIndex = partition, Replicas = replicas }] },
            ],
        }).ConfigureAwait(false);
        AlterPartitionReassignmentsResponse.ReassignablePartitionResponse refused =
            moved.Responses.Single().Partitions.Single();
        ThrowIfRefused(refused.ErrorCode, refused.ErrorMessage);
        ElectLeadersResponse elected = await SendAsync(new ElectLeadersRequest
        {
            TopicPartitions = [new() { Topic = topic, Partitions = [partition] }],
        }).ConfigureAwait(false);
        ElectLeadersResponse.PartitionElection election =
            elected.ReplicaElectionResults.Single().PartitionResult.Single();
        if (election.ErrorCode != ErrorCode.ElectionNotNeeded)
            ThrowIfRefused(election.ErrorCode, election.ErrorMessage);
    }

    private static void ThrowIfRefused(ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
            throw new StreamLogException(error, message ?? $"The fake Kafka refused with {error}.");
    }

    private ValueTask<TResponse> SendAsync<TResponse>(IRequest<TResponse> request)
        where TResponse : class => _node.Broker.SendAsync(request, RequestContext.Local, CancellationToken.None);

    private FakeBroker BrokerOf(int id) =>
        _brokers.FirstOrDefault(broker => broker.NodeId == id)
        ?? throw new StreamLogException(ErrorCode.BrokerIdNotRegistered, $"There is no broker {id}.");

    // The first broker is there from the start: only a rack needs another registration.
    private async Task RegisterAsync(int id, string? rack)
    {
        if (id == FirstId && rack is null)
            return;

        if (id == FirstId)
            await HeartbeatAsync(id, wantsFence: true).ConfigureAwait(false);
        MetadataResponse cluster = await SendAsync(new MetadataRequest { Topics = [] }).ConfigureAwait(false);
        BrokerRegistrationResponse registered = await SendAsync(new BrokerRegistrationRequest
        {
            BrokerId = id,
            ClusterId = cluster.ClusterId!,
            IncarnationId = new FakeEnvironment(Time).NewId(),
            Rack = rack,
        }).ConfigureAwait(false);
        ThrowIfRefused(registered.ErrorCode, message: null);
        await HeartbeatAsync(id, wantsFence: false).ConfigureAwait(false);
    }

    private async Task HeartbeatAsync(int id, bool wantsFence)
    {
        BrokerHeartbeatResponse response = await SendAsync(
            new BrokerHeartbeatRequest { BrokerId = id, WantFence = wantsFence }).ConfigureAwait(false);
        ThrowIfRefused(response.ErrorCode, message: null);
    }

    private async Task<MetadataResponse.MetadataResponsePartition> DescribeAsync(string topic, int partition)
    {
        MetadataResponse metadata = await SendAsync(new MetadataRequest
        {
            Topics = [new() { Name = topic }],
            AllowAutoTopicCreation = false,
        }).ConfigureAwait(false);
        return metadata.Topics.Single().Partitions.Find(found => found.PartitionIndex == partition)
            ?? throw new StreamLogException(
                ErrorCode.UnknownTopicOrPartition, $"There is no partition {partition} of a topic '{topic}'.");
    }

    private async Task<int> FindCoordinatorAsync(string key, sbyte type)
    {
        FindCoordinatorResponse.Coordinator coordinator =
            await AskCoordinatorAsync(key, type).ConfigureAwait(false);
        ThrowIfRefused(coordinator.ErrorCode, coordinator.ErrorMessage);
        return coordinator.NodeId;
    }

    private async Task<FindCoordinatorResponse.Coordinator> AskCoordinatorAsync(string key, sbyte type)
    {
        FindCoordinatorResponse found = await SendAsync(
            new FindCoordinatorRequest { CoordinatorKeys = [key], KeyType = type }).ConfigureAwait(false);
        return found.Coordinators.Single();
    }

    private async Task MoveCoordinatorAsync(string key, sbyte type, string topic, int brokerId)
    {
        if (await FindCoordinatorAsync(key, type).ConfigureAwait(false) == brokerId)
            return;

        int count = _node.Topics.First(found => found.Name == topic).Partitions.Count;
        await MoveLeaderAsync(topic, PartitionOf(key, count), brokerId).ConfigureAwait(false);
    }

    // Java's hash of a text, which Kafka finds the partition of a key by.
    private static int PartitionOf(string key, int partitionCount)
    {
        int hash = 0;
        foreach (char c in key)
            hash = unchecked((31 * hash) + c);
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitionCount;
    }
}
