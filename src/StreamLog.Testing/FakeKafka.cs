using System.Collections.Immutable;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>A Kafka for tests: brokers in this process and in memory, with faults to order.</summary>
/// <remarks>
/// <para>Thread-safe, but for <see cref="ResetAsync"/> and <see cref="DisposeAsync"/>, which are for one caller when
/// nothing else is under way. Many may run beside one another.</para>
/// <para>The brokers are faces of one engine: topics, groups, transactions and all else behave as they do in
/// production, and leaders move by ordinary elections. Nothing is replicated: a broker that is up is in sync.</para>
/// </remarks>
public sealed partial class FakeKafka : IAsyncDisposable
{
    private readonly FakeKafkaOptions _options;
    private readonly Turns _membership = new();
    private StreamLogNode _node = null!;
    private ImmutableArray<FakeBroker> _brokers = [];
    private string? _clusterId;
    private bool _isDisposed;

    private FakeKafka(FakeKafkaOptions options)
    {
        _options = options;
        Faults = new FaultPlan(options.Seed, options.Time);
        Requests = new RequestLog(options.RequestsMax);
        _clusterId = options.ClusterId;
        Topics = new FakeTopics(() => _node);
    }

    /// <summary>Gets the brokers, in the order in which they came.</summary>
    public IReadOnlyList<FakeBroker> Brokers => _brokers;

    /// <summary>Gets the faults.</summary>
    public FaultPlan Faults { get; }

    /// <summary>Gets the requests that the brokers got.</summary>
    public RequestLog Requests { get; }

    /// <summary>Gets StreamLog's own clients: producers, consumers, queues and administration.</summary>
    /// <remarks>Each request meets the faults for the broker that leads or coordinates what it concerns, and one for
    /// several brokers those for each in parts. It never comes to the wrong broker: clients at sockets learn of leaders
    /// and coordinators that have moved by errors, and these know. <see cref="ResetAsync"/> puts other ones in their
    /// place.</remarks>
    public IStreamLog Log => _node;

    internal TimeProvider Time => _options.Time;

    internal IFaultTopics Topics { get; }

    internal KafkaVersions Versions => _options.Versions;

    internal IReadOnlyList<ApiVersionRange> AllApis => _node.Broker.SupportedApis;

    /// <summary>Starts a fake Kafka.</summary>
    /// <param name="configure">Sets options; <see langword="null"/> is one broker.</param>
    /// <param name="cancellationToken">Gives up. Nothing is left running then.</param>
    /// <returns>The fake, ready for clients, which the caller disposes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one broker.</exception>
    public static async Task<FakeKafka> StartAsync(
        Action<FakeKafkaOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        FakeKafkaOptions options = new();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BrokerCount, 1, nameof(FakeKafkaOptions.BrokerCount));
        FakeKafka kafka = new(options);
        try
        {
            await kafka.StartNodeAsync(cancellationToken).ConfigureAwait(false);
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes it as new: no topics, groups, transactions, faults and recorded requests, and the brokers of the
    /// start. For the time between two tests.</summary>
    /// <param name="cancellationToken">Gives up; the fake is of no use then.</param>
    /// <returns>A task that completes when all is gone.</returns>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Faults.Clear();
        StreamLogNode before = _node;
        foreach (FakeBroker broker in _brokers)
            broker.Cut();
        await StartNodeAsync(cancellationToken).ConfigureAwait(false);
        await before.DisposeAsync().ConfigureAwait(false);
        Faults.Clear();
        Requests.Clear();
    }

    /// <summary>Stops the brokers, and lets go of all that waits.</summary>
    /// <returns>A task that completes when nothing is left.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        Faults.Clear();
        foreach (FakeBroker broker in _brokers)
            broker.Cut();
        await StopListeningAsync().ConfigureAwait(false);
        if (_node is not null)
            await _node.DisposeAsync().ConfigureAwait(false);
        Faults.Clear();
    }

    private async Task StartNodeAsync(CancellationToken cancellationToken)
    {
        StreamLogOptions options = new()
        {
            InMemory = true,
            Durability = Durability.PageCache,
            AutoCreateTopics = _options.AutoCreateTopics,
            DefaultPartitions = _options.DefaultPartitions,
            NodeId = FirstId,
            ShutdownTimeout = TimeSpan.FromSeconds(1),
        };
        _options.Node?.Invoke(options);
        StreamLogNode node = await StreamLogNode
            .StartAsync(
                options,
                engine => new FrontBroker(this, engine),
                _options.Loggers,
                new FakeEnvironment(_options.Time),
                cancellationToken)
            .ConfigureAwait(false);
        _node = node;
        _clusterId ??= (await SendAsync(new MetadataRequest { Topics = [] }).ConfigureAwait(false))
            .ClusterId;
        ImmutableArray<FakeBroker>.Builder brokers = ImmutableArray.CreateBuilder<FakeBroker>(_options.BrokerCount);
        for (int id = FirstId; id < FirstId + _options.BrokerCount; id++)
        {
            string? rack = id - FirstId < _options.Racks.Count ? _options.Racks[id - FirstId] : null;
            await RegisterAsync(id, rack).ConfigureAwait(false);
            brokers.Add(_brokers.FirstOrDefault(known => known.NodeId == id && known.Rack == rack)
                ?? new FakeBroker(this, id, rack));
            brokers[^1].Begin(node);
            (brokers[^1].IsUp, brokers[^1].IsCutOff) = (true, false);
            brokers[^1].Versions = _options.Versions;
        }

        _brokers = brokers.MoveToImmutable();
        await ListenAsync().ConfigureAwait(false);
    }
}
