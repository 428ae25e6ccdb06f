using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamLog.Clients.Handling;

namespace StreamLog;

/// <summary>The node of an application with a host: it starts and stops with the host, and is what is
/// injected.</summary>
/// <remarks>
/// Owned by the service container. It starts before all hosted services and stops after them, so that these can use it
/// for as long as they run; until it has started, and after it has stopped, its members throw. Thread-safe.
/// </remarks>
internal sealed class HostedStreamLog : IStreamLog, IHostedLifecycleService
{
    private readonly IServiceProvider _provider;
    private readonly string _name;
    private volatile StreamLogNode? _node;

    /// <summary>Creates the node, without starting it.</summary>
    /// <param name="provider">The services of the application.</param>
    /// <param name="name">The name of the node's options.</param>
    public HostedStreamLog(IServiceProvider provider, string name)
    {
        _provider = provider;
        _name = name;
    }

    /// <inheritdoc/>
    public IAdmin Admin => Node.Admin;

    /// <inheritdoc/>
    public ILogMaintenance Maintenance => Node.Maintenance;

    /// <inheritdoc/>
    public IReadOnlyList<Topic> Topics => Node.Topics;

    /// <inheritdoc/>
    public NodeHealth Health => Node.Health;

    /// <inheritdoc/>
    public IReadOnlyList<ListenerEndpoint> Listeners => Node.Listeners;

    /// <summary>Gets whether the node has started.</summary>
    public bool IsStarted => _node is not null;

    private StreamLogNode Node => _node ?? throw new InvalidOperationException(
        "The StreamLog node has not started yet. It starts with the host, before the hosted services: use it from " +
        "their StartAsync or ExecuteAsync on. Without a host, start a node with StreamLogNode.StartAsync.");

    /// <inheritdoc/>
    public ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde = null, ISerde<TValue>? valueSerde = null) =>
        Node.Topic(name, keySerde, valueSerde);

    /// <inheritdoc/>
    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        Action<ProducerOptions>? configure = null,
        ISerializer<TKey>? keySerializer = null,
        ISerializer<TValue>? valueSerializer = null) =>
        Node.CreateProducer(configure, keySerializer, valueSerializer);

    /// <inheritdoc/>
    public ITransactionalProducer CreateTransactionalProducer(
        string transactionalId, Action<ProducerOptions>? configure = null) =>
        Node.CreateTransactionalProducer(transactionalId, configure);

    /// <inheritdoc/>
    public IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        Node.CreateConsumer(configure, keyDeserializer, valueDeserializer);

    /// <inheritdoc/>
    public IGroupConsumer<TKey, TValue> Subscribe<TKey, TValue>(
        string group,
        Subscription subscription,
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null) =>
        Node.Subscribe(group, subscription, configure, keyDeserializer, valueDeserializer);

    /// <summary>Begins to hand the records of a topic to a handler.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="plan">How.</param>
    /// <param name="call">The handler.</param>
    /// <returns>What stops it.</returns>
    public IPushConsumer Handle<TKey, TValue>(HandlerPlan plan, HandlerCall<TKey, TValue> call) =>
        Node.Handle(plan, call);

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
        _node = await StreamLogNode
            .StartAsync(options, host, environment: null, cancellationToken).ConfigureAwait(false);
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
        if (_node is { } node)
            await node.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _node?.DisposeAsync() ?? ValueTask.CompletedTask;
}
