using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamLog.Clients.Handling;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Storage.Files;

namespace StreamLog;

/// <summary>Producers, consumers, handlers and administration over a broker that is not ours: a Kafka cluster, or
/// whatever else answers Kafka's requests.</summary>
/// <remarks>
/// <para>It is to an application what <see cref="StreamLogNode"/> is, without a log of its own: it opens no directory
/// and takes no lock. The broker stays open; it belongs to whoever made it. Thread-safe.</para>
/// <para>Of <see cref="StreamLogOptions"/> these count: <see cref="StreamLogOptions.Producer"/>,
/// <see cref="StreamLogOptions.Consumer"/>, <see cref="StreamLogOptions.Topics"/> without
/// <see cref="TopicOptions.Durability"/>, <see cref="StreamLogOptions.AutoCreateTopics"/> and
/// <see cref="StreamLogOptions.ShutdownTimeout"/>. All others are about a node, and what they would set is the
/// cluster's to say.</para>
/// </remarks>
public sealed partial class StreamLogClient : IRunningLog
{
    private readonly LogClients _clients;
    private readonly ClusterDoctor _doctor;
    private readonly StreamLogMetrics _metrics;
    private readonly StreamLogTracing _tracing;
    private readonly StreamLogOptions _options;
    private readonly ILogger _logger;
    private readonly Lazy<Task> _stop;
    private readonly CancellationTokenSource _hurry = new();

    private StreamLogClient(IBroker broker, StreamLogOptions options, NodeHost host, INodeEnvironment environment)
    {
        _doctor = new ClusterDoctor(broker, environment.Time);
        _options = options;
        _logger = host.Loggers.CreateLogger<StreamLogClient>();
        _metrics = StreamLogMetrics.Create(host.Meters, host.NodeName);
        _tracing = new StreamLogTracing(host.NodeName);
        _clients = new LogClients(
            options.AutoCreateTopics ? broker : new FrugalBroker(broker),
            environment,
            options,
            host,
            _metrics,
            _tracing);
        _stop = new Lazy<Task>(StopOnceAsync);
    }

    /// <inheritdoc/>
    public IAdmin Admin => _clients.Admin;

    /// <summary>Throws: a cluster looks after its own logs. <see cref="IAdmin.DeleteRecordsAsync"/> makes room, and
    /// <see cref="IAdmin.AlterConfigsAsync"/> says how long records stay and what is compacted.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public ILogMaintenance Maintenance => throw new NotSupportedException(
        "A cluster looks after its own logs. Use IAdmin.DeleteRecordsAsync to make room, and " +
        "IAdmin.AlterConfigsAsync to say how long records stay and what is compacted.");

    /// <summary>Throws: what topics there are, a cluster has to be asked.
    /// <see cref="IAdmin.ListTopicsAsync"/> names them, and <see cref="IAdmin.DescribeTopicAsync"/> describes
    /// one.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public IReadOnlyList<Topic> Topics => throw new NotSupportedException(
        "What topics there are, a cluster has to be asked. Use IAdmin.ListTopicsAsync and IAdmin.DescribeTopicAsync.");

    /// <summary>Gets how the handlers fare. Whether the cluster answers, the health check asks.</summary>
    public NodeHealth Health
    {
        get
        {
            ObjectDisposedException.ThrowIf(_stop.IsValueCreated, this);
            return new NodeHealth { Handlers = _clients.DescribeHandlers() };
        }
    }

    /// <summary>Gets nothing: nobody reaches a cluster through its client.</summary>
    public IReadOnlyList<ListenerEndpoint> Listeners => [];

    /// <summary>Starts clients of a broker, and has it create the topics that are declared, where they are
    /// missing.</summary>
    /// <param name="broker">The broker, which is to stay open for longer than what is returned.</param>
    /// <param name="options">How clients work; <see langword="null"/> is as they do without any setting.</param>
    /// <param name="loggerFactory">Where they log; <see langword="null"/> is nowhere.</param>
    /// <param name="environment">Their clock and randomness; <see langword="null"/> is the real ones. Its files are
    /// not used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The clients, which the caller disposes. Where no topics are declared, nothing has been asked of the
    /// broker yet.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="broker"/> is <see langword="null"/>.</exception>
    /// <exception cref="OptionsValidationException">Options are wrong: the exception names each with the
    /// remedy.</exception>
    /// <exception cref="StreamLogException">A topic cannot be as it is declared, or the broker does not
    /// answer.</exception>
    public static ValueTask<StreamLogClient> StartAsync(
        IBroker broker,
        StreamLogOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        INodeEnvironment? environment = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broker);
        NodeHost host = new() { Loggers = loggerFactory ?? NullLoggerFactory.Instance };
        return StartAsync(broker, options ?? new StreamLogOptions(), host, environment, cancellationToken);
    }

    /// <inheritdoc/>
    public ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde = null, ISerde<TValue>? valueSerde = null) =>
        _clients.Topic(name, keySerde, valueSerde);

    /// <inheritdoc/>
    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        Action<ProducerOptions>? configure = null,
        ISerializer<TKey>? keySerializer = null,
        ISerializer<TValue>? valueSerializer = null) =>
        _clients.CreateProducer(configure, keySerializer, valueSerializer);

    /// <inheritdoc/>
    public ITransactionalProducer CreateTransactionalProducer(
        string transactionalId, Action<ProducerOptions>? configure = null) =>
        _clients.CreateTransactionalProducer(transactionalId, configure);

    /// <inheritdoc/>
    public IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        _clients.CreateConsumer(configure, keyDeserializer, valueDeserializer);

    /// <inheritdoc/>
    public IGroupConsumer<TKey, TValue> Subscribe<TKey, TValue>(
        string group,
        Subscription subscription,
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        _clients.Subscribe(group, subscription, configure, keyDeserializer, valueDeserializer);

    /// <summary>Stops in order: handlers finish and commit, and the producers of topics send what they
    /// hold.</summary>
    /// <param name="cancellationToken">Hurries: they are waited for no longer.</param>
    /// <returns>A task that completes when they have stopped, in haste or not.</returns>
    /// <remarks>They are waited for as long as <see cref="StreamLogOptions.ShutdownTimeout"/> says. What was
    /// acknowledged is never at stake.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static hurry => ((CancellationTokenSource)hurry!).Cancel(), _hurry);
        await using (registration.ConfigureAwait(false))
            await _stop.Value.ConfigureAwait(false);
    }

    /// <summary>Stops, as <see cref="StopAsync"/> does.</summary>
    /// <returns>A task that completes when all have stopped.</returns>
    public async ValueTask DisposeAsync() => await _stop.Value.ConfigureAwait(false);

    /// <inheritdoc/>
    IPushConsumer IRunningLog.Handle<TKey, TValue>(HandlerPlan plan, HandlerCall<TKey, TValue> call) =>
        _clients.Handle(plan, call);

    /// <inheritdoc/>
    ValueTask<StreamLogException?> IRunningLog.FindFailureAsync(
        TimeSpan limit, CancellationToken cancellationToken) => _doctor.FindFailureAsync(limit, cancellationToken);

    internal static async ValueTask<StreamLogClient> StartAsync(
        IBroker broker,
        StreamLogOptions options,
        NodeHost host,
        INodeEnvironment? environment,
        CancellationToken cancellationToken)
    {
        StreamLogOptionsValidator.ThrowIfInvalid(options);
        cancellationToken.ThrowIfCancellationRequested();

        // Of an environment clients take the clock and the chance, and nobody opens a file.
        StreamLogClient client =
            new(broker, options, host, environment ?? new NodeEnvironment(new PhysicalFileSystem()));
        try
        {
            await ClusterTopics.ApplyAsync(options, client._clients.Admin, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (options.Components.Count > 0)
            Log.IgnoresComponents(client._logger, options.Components.Count);
        Log.Started(client._logger, options.Topics.Count);
        return client;
    }

    private async Task StopOnceAsync()
    {
        if (!await _clients.StopAsync(_options.ShutdownTimeout, _hurry.Token).ConfigureAwait(false))
            Log.StoppedInHaste(_logger);
        _metrics.Dispose();
        _tracing.Dispose();
    }
}
