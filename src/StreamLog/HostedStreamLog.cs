using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamLog.Clients.Handling;
using StreamLog.Protocol;

namespace StreamLog;

/// <summary>The node of an application with a host, or the cluster in its place: it starts and stops with the host, and
/// is what is injected.</summary>
/// <remarks>
/// Owned by the service container. It starts before all hosted services and stops after them, so that these can use it
/// for as long as they run; until it has started, and after it has stopped, its members throw. Thread-safe.
/// </remarks>
internal sealed class HostedStreamLog : IStreamLog, IHostedLifecycleService
{
    private readonly IServiceProvider _provider;
    private readonly string _name;
    private readonly IBroker? _broker;
    private volatile IRunningLog? _log;

    /// <summary>Creates the node, without starting it.</summary>
    /// <param name="provider">The services of the application.</param>
    /// <param name="name">The name of the node's options.</param>
    public HostedStreamLog(IServiceProvider provider, string name)
    {
        _provider = provider;
        _name = name;

        // It is disposed by the container behind this, since it is there before.
        _broker = provider.GetKeyedService<IBroker>(name);
    }

    /// <inheritdoc/>
    public IAdmin Admin => Log.Admin;

    /// <inheritdoc/>
    public ILogMaintenance Maintenance => Log.Maintenance;

    /// <inheritdoc/>
    public IReadOnlyList<Topic> Topics => Log.Topics;

    /// <inheritdoc/>
    public NodeHealth Health => Log.Health;

    /// <inheritdoc/>
    public IReadOnlyList<ListenerEndpoint> Listeners => Log.Listeners;

    /// <summary>Gets whether the node has started.</summary>
    public bool IsStarted => _log is not null;

    private IRunningLog Log => _log ?? throw new InvalidOperationException(
        "The StreamLog node has not started yet. It starts with the host, before the hosted services: use it from " +
        "their StartAsync or ExecuteAsync on. Without a host, start a node with StreamLogNode.StartAsync.");

    /// <inheritdoc/>
    public ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde = null, ISerde<TValue>? valueSerde = null) =>
        Log.Topic(name, keySerde, valueSerde);

    /// <inheritdoc/>
    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        Action<ProducerOptions>? configure = null,
        ISerializer<TKey>? keySerializer = null,
        ISerializer<TValue>? valueSerializer = null) =>
        Log.CreateProducer(configure, keySerializer, valueSerializer);

    /// <inheritdoc/>
    public ITransactionalProducer CreateTransactionalProducer(
        string transactionalId, Action<ProducerOptions>? configure = null) =>
        Log.CreateTransactionalProducer(transactionalId, configure);

    /// <inheritdoc/>
    public IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        Log.CreateConsumer(configure, keyDeserializer, valueDeserializer);

    /// <inheritdoc/>
    public IGroupConsumer<TKey, TValue> Subscribe<TKey, TValue>(
        string group,
        Subscription subscription,
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        Log.Subscribe(group, subscription, configure, keyDeserializer, valueDeserializer);

    /// <summary>Begins to hand the records of a topic to a handler.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="plan">How.</param>
    /// <param name="call">The handler.</param>
    /// <returns>What stops it.</returns>
    public IPushConsumer Handle<TKey, TValue>(HandlerPlan plan, HandlerCall<TKey, TValue> call) =>
        Log.Handle(plan, call);

    /// <inheritdoc cref="IRunningLog.FindFailureAsync"/>
    public ValueTask<StreamLogException?> FindFailureAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        Log.FindFailureAsync(limit, cancellationToken);

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        StreamLogOptions options = _provider.GetRequiredService<IOptionsMonitor<StreamLogOptions>>().Get(_name);
        NodeHost host = new()
        {
            NodeName = _name,
            ContentRoot = _provider.GetService<IHostEnvironment>()?.ContentRootPath,
            Loggers = _provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            Meters = _provider.GetService<IMeterFactory>(),
            Topics = [.. _provider.GetServices<TopicRegistration>().Where(topic => topic.NodeName == _name)],
        };
        _log = _broker is null
            ? await StreamLogNode
                .StartAsync(options, host, environment: null, cancellationToken).ConfigureAwait(false)
            : await StreamLogClient
                .StartAsync(_broker, options, host, environment: null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_log is { } log)
            await log.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _log?.DisposeAsync() ?? ValueTask.CompletedTask;
}
