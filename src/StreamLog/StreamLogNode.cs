using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamLog.Clients.Handling;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog;

/// <summary>A StreamLog node: the log, and the clients that share it, in this process.</summary>
/// <remarks>
/// Owned by who started it: an application without a host, or what <c>AddStreamLog</c> registers. Thread-safe. It
/// starts and stops in order: files, data directory, engine, clients, and back.
/// </remarks>
public sealed partial class StreamLogNode : IRunningLog
{
    private readonly NodeParts _parts;
    private readonly StreamLogOptions _options;
    private readonly ILogger _logger;
    private readonly Lazy<Task> _stop;
    private readonly CancellationTokenSource _hurry = new();

    private StreamLogNode(NodeParts parts, StreamLogOptions options)
    {
        _parts = parts;
        _options = options;
        _logger = parts.Loggers.CreateLogger<StreamLogNode>();
        _stop = new Lazy<Task>(StopOnceAsync);
    }

    /// <inheritdoc/>
    public IAdmin Admin => _parts.Clients.Admin;

    /// <inheritdoc/>
    public ILogMaintenance Maintenance => _parts.Maintenance;

    /// <inheritdoc/>
    public IReadOnlyList<Topic> Topics
    {
        get
        {
            ObjectDisposedException.ThrowIf(_stop.IsValueCreated, this);
            return _parts.Broker.DescribeTopics();
        }
    }

    /// <inheritdoc/>
    public NodeHealth Health
    {
        get
        {
            ObjectDisposedException.ThrowIf(_stop.IsValueCreated, this);
            return _parts.Broker.DescribeHealth() with { Handlers = _parts.Clients.DescribeHandlers() };
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ListenerEndpoint> Listeners => _parts.Components.Listeners.Endpoints;

    /// <summary>Gets the directory that holds the data; in memory, the name that stands for it.</summary>
    public string DataDirectory => _parts.Directory.Path;

    /// <summary>Gets the engine's only door: Kafka's requests, answered by this node.</summary>
    /// <remarks>
    /// For what goes below the clients, such as raw batches. Thread-safe. A caller in this process sends with
    /// <see cref="RequestContext.Local"/>. On a node that has stopped every request throws
    /// <see cref="ErrorCode.BrokerNotAvailable"/>.
    /// </remarks>
    public IBroker Broker => _parts.Door;

    /// <summary>Gets the door of one of several nodes that this process answers for.</summary>
    /// <param name="nodeId">The node's id: this node's own, or one that a caller in this process has registered with a
    /// <c>BrokerRegistration</c> request.</param>
    /// <param name="within">Puts something between the fetch sessions of that node's clients and what answers, such as
    /// an injector of faults: it sees each fetch with all that its client reads. <see langword="null"/> is
    /// nothing.</param>
    /// <returns>Who answers as that node does, with fetch sessions of its own: it refers to the others for what they
    /// lead or coordinate, and takes no requests while it is away.</returns>
    /// <remarks>
    /// For tests of what clients do when nodes go and leaders move. Thread-safe. The nodes share one log, in which
    /// nothing is replicated: who takes part is in sync. A <c>BrokerHeartbeat</c> request has a node take part or not,
    /// <c>UnregisterBroker</c> ends it, and replicas move by <c>AlterPartitionReassignments</c>.
    /// </remarks>
    [Experimental("STREAMLOG001")]
    public IBroker FaceOf(int nodeId, Func<IBroker, IBroker>? within = null) => _parts.DoorOf(nodeId, within);

    /// <summary>Starts a node.</summary>
    /// <param name="options">
    /// How it is set up; <see langword="null"/> is durable, in <c>streamlog-data</c> below the current directory.
    /// </param>
    /// <param name="loggerFactory">Where it logs; <see langword="null"/> is nowhere.</param>
    /// <param name="environment">Its clock, randomness and files; <see langword="null"/> is the real ones.</param>
    /// <param name="cancellationToken">Gives up. Nothing is left open then.</param>
    /// <returns>The running node, which the caller disposes.</returns>
    /// <exception cref="OptionsValidationException">Options are wrong: the exception names each with the
    /// remedy.</exception>
    /// <exception cref="StreamLogException">
    /// The data directory is in use by another node, cannot be written, or cannot be read.
    /// </exception>
    public static ValueTask<StreamLogNode> StartAsync(
        StreamLogOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        INodeEnvironment? environment = null,
        CancellationToken cancellationToken = default) =>
        StartAsync(
            options ?? new StreamLogOptions(),
            new NodeHost { Loggers = loggerFactory ?? NullLoggerFactory.Instance },
            environment,
            cancellationToken);

    /// <summary>Starts a node whose own clients speak to its engine through something else, such as a recorder or an
    /// injector of faults.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="front">Is given the engine, once, and returns what clients are to speak to.</param>
    /// <param name="loggerFactory">Where it logs; <see langword="null"/> is nowhere.</param>
    /// <param name="environment">Its clock, randomness and files; <see langword="null"/> is the real ones.</param>
    /// <param name="cancellationToken">Gives up. Nothing is left open then.</param>
    /// <returns>The running node, which the caller disposes. Its <see cref="Broker"/> is the engine itself.</returns>
    /// <exception cref="OptionsValidationException">Options are wrong: the exception names each with the
    /// remedy.</exception>
    /// <exception cref="StreamLogException">
    /// The data directory is in use by another node, cannot be written, or cannot be read.
    /// </exception>
    [Experimental("STREAMLOG001")]
    public static ValueTask<StreamLogNode> StartAsync(
        StreamLogOptions options,
        Func<IBroker, IBroker> front,
        ILoggerFactory? loggerFactory = null,
        INodeEnvironment? environment = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(front);
        NodeHost host = new() { Loggers = loggerFactory ?? NullLoggerFactory.Instance, Front = front };
        return StartAsync(options, host, environment, cancellationToken);
    }

    /// <inheritdoc/>
    public ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde = null, ISerde<TValue>? valueSerde = null) =>
        _parts.Clients.Topic(name, keySerde, valueSerde);

    /// <inheritdoc/>
    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        Action<ProducerOptions>? configure = null,
        ISerializer<TKey>? keySerializer = null,
        ISerializer<TValue>? valueSerializer = null) =>
        _parts.Clients.CreateProducer(configure, keySerializer, valueSerializer);

    /// <inheritdoc/>
    public ITransactionalProducer CreateTransactionalProducer(
        string transactionalId, Action<ProducerOptions>? configure = null) =>
        _parts.Clients.CreateTransactionalProducer(transactionalId, configure);

    /// <inheritdoc/>
    public IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        _parts.Clients.CreateConsumer(configure, keyDeserializer, valueDeserializer);

    /// <inheritdoc/>
    public IGroupConsumer<TKey, TValue> Subscribe<TKey, TValue>(
        string group,
        Subscription subscription,
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        _parts.Clients.Subscribe(group, subscription, configure, keyDeserializer, valueDeserializer);

    /// <summary>Stops the node in order: what clients have under way is finished, everything is flushed, files are
    /// closed.</summary>
    /// <param name="cancellationToken">Hurries: the node no longer waits for its clients.</param>
    /// <returns>A task that completes when the node has stopped, in haste or not.</returns>
    /// <remarks>
    /// Work of clients is waited for as long as <see cref="StreamLogOptions.ShutdownTimeout"/> says, and then fails.
    /// What was acknowledged is never at stake.
    /// </remarks>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static hurry => ((CancellationTokenSource)hurry!).Cancel(), _hurry);
        await using (registration.ConfigureAwait(false))
            await _stop.Value.ConfigureAwait(false);
    }

    /// <summary>Stops the node, as <see cref="StopAsync"/> does.</summary>
    /// <returns>A task that completes when the node has stopped.</returns>
    public async ValueTask DisposeAsync() => await _stop.Value.ConfigureAwait(false);

    /// <inheritdoc/>
    ValueTask<StreamLogException?> IRunningLog.FindFailureAsync(
        TimeSpan limit, CancellationToken cancellationToken) => new((StreamLogException?)null);

    /// <inheritdoc/>
    IPushConsumer IRunningLog.Handle<TKey, TValue>(HandlerPlan plan, HandlerCall<TKey, TValue> call) =>
        _parts.Clients.Handle(plan, call);

    internal static async ValueTask<StreamLogNode> StartAsync(
        StreamLogOptions options,
        NodeHost host,
        INodeEnvironment? environment,
        CancellationToken cancellationToken)
    {
        StreamLogOptionsValidator.ThrowIfInvalid(options);
        cancellationToken.ThrowIfCancellationRequested();

        NodeParts parts = new(host);
        try
        {
            await parts.StartAsync(options, environment, cancellationToken).ConfigureAwait(false);
            StreamLogNode node = new(parts, options);
            await parts.Components.StartAsync(options.Components, node, cancellationToken).ConfigureAwait(false);
            node.LogStarted();
            return node;
        }
        catch
        {
            await parts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task StopOnceAsync()
    {
        Log.Stopping(_logger, _options.NodeId);
        if (await _parts.StopAsync(_options.ShutdownTimeout, _hurry.Token).ConfigureAwait(false))
            Log.Stopped(_logger, _options.NodeId);
        else
            Log.StoppedInHaste(_logger, _options.NodeId);
    }

    private void LogStarted()
    {
        if (_options.InMemory)
        {
            Log.StartedInMemory(_logger, _options.NodeId, _options.MemoryLimit);
        }
        else
        {
            Log.Started(
                _logger, _options.NodeId, DataDirectory, _options.Durability, _parts.Directory.WasCleanShutdown);
        }
    }
}
