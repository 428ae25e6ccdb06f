using Microsoft.Extensions.Logging;
using StreamLog.Clients;
using StreamLog.Clients.Handling;
using StreamLog.Clients.Transacting;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Wire;

namespace StreamLog;

/// <summary>Makes the clients of a node or a cluster, and holds the topics that all their users share.</summary>
/// <remarks>Owned by the node, or by the connection to the cluster. Thread-safe.</remarks>
internal sealed class LogClients
{
    private readonly IBroker _broker;
    private readonly INodeEnvironment _environment;
    private readonly StreamLogOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ClientMetrics _metrics;
    private readonly HandlerMetrics _handlerMetrics;
    private readonly StreamLogTracing _tracing;
    private readonly Dictionary<string, TopicRegistration> _registrations;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. A topic, and with it its producer, is shared by those who ask for the same name
    // with the same serializers.
    private readonly Dictionary<(string Name, object KeySerde, object ValueSerde), SharedTopic> _topics = [];
    private readonly List<IPushConsumer> _handlers = [];
    private bool _isStopped;

    /// <summary>Creates the clients.</summary>
    /// <param name="broker">What they speak to.</param>
    /// <param name="environment">The clock and randomness.</param>
    /// <param name="options">What producers, consumers and handlers begin with.</param>
    /// <param name="host">The topics that the application added, and where clients log.</param>
    /// <param name="metrics">What clients count with.</param>
    /// <param name="tracing">The activities of clients.</param>
    public LogClients(
        IBroker broker,
        INodeEnvironment environment,
        StreamLogOptions options,
        NodeHost host,
        StreamLogMetrics metrics,
        StreamLogTracing tracing)
    {
        _broker = host.Front?.Invoke(broker) ?? broker;
        _environment = environment;
        _options = options;
        _loggers = host.Loggers;
        _metrics = metrics.Clients;
        _handlerMetrics = metrics.Handlers;
        _handlerMetrics.Observe(DescribeHandlers);
        _tracing = tracing;
        _registrations = host.Topics.ToDictionary(topic => topic.TopicName, StringComparer.Ordinal);
        Admin = new Admin(_broker, environment);
    }

    /// <summary>Gets what manages topics, configurations and offsets.</summary>
    public Admin Admin { get; }

    /// <inheritdoc cref="IStreamLog.Topic{TKey, TValue}"/>
    public ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde)
    {
        ArgumentNullException.ThrowIfNull(name);
        TopicRegistration<TKey, TValue>? registration = RegistrationOf<TKey, TValue>(name);
        ISerde<TKey> keys = keySerde ?? registration?.KeySerde ?? DefaultSerdes.Get<TKey>();
        ISerde<TValue> values = valueSerde ?? registration?.ValueSerde ?? DefaultSerdes.Get<TValue>();

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, typeof(IStreamLog));
            if (!_topics.TryGetValue((name, keys, values), out SharedTopic? shared))
            {
                shared = new SharedTopic();
                shared.Handle = new TopicHandle<TKey, TValue>(
                    name,
                    _broker,
                    _environment,
                    () => ProducerOf(shared, keys, values),
                    _options.Consumer,
                    StreamLogOptionsValidator.ThrowIfInvalid,
                    (keys, values, registration?.KeySelector),
                    _loggers,
                    _metrics);
                _topics.Add((name, keys, values), shared);
            }

            return (ITopic<TKey, TValue>)shared.Handle!;
        }
    }

    /// <inheritdoc cref="IStreamLog.CreateProducer{TKey, TValue}"/>
    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        Action<ProducerOptions>? configure, ISerializer<TKey>? keySerializer, ISerializer<TValue>? valueSerializer)
    {
        ObjectDisposedException.ThrowIf(IsStopped(), typeof(IStreamLog));
        return NewProducer(
            OptionsOf(configure),
            keySerializer ?? DefaultSerdes.Get<TKey>(),
            valueSerializer ?? DefaultSerdes.Get<TValue>());
    }

    /// <inheritdoc cref="IStreamLog.CreateTransactionalProducer"/>
    public TransactionalProducer CreateTransactionalProducer(string transactionalId, Action<ProducerOptions>? configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(transactionalId);
        ObjectDisposedException.ThrowIf(IsStopped(), typeof(IStreamLog));
        return new TransactionalProducer(
            transactionalId, _broker, _environment, OptionsOf(configure), _loggers, _tracing, _metrics);
    }

    /// <inheritdoc cref="IStreamLog.CreateConsumer{TKey, TValue}"/>
    public IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure,
        IDeserializer<TKey>? keyDeserializer,
        IDeserializer<TValue>? valueDeserializer)
    {
        ObjectDisposedException.ThrowIf(IsStopped(), typeof(IStreamLog));
        return new Consumer<TKey, TValue>(
            _broker,
            _environment,
            OptionsOf(configure),
            keyDeserializer ?? DefaultSerdes.Get<TKey>(),
            valueDeserializer ?? DefaultSerdes.Get<TValue>(),
            _loggers,
            _metrics);
    }

    /// <inheritdoc cref="IStreamLog.Subscribe{TKey, TValue}"/>
    public IGroupConsumer<TKey, TValue> Subscribe<TKey, TValue>(
        string group,
        Subscription subscription,
        Action<ConsumerOptions>? configure,
        IDeserializer<TKey>? keyDeserializer,
        IDeserializer<TValue>? valueDeserializer)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ObjectDisposedException.ThrowIf(IsStopped(), typeof(IStreamLog));
        ConsumerOptions options = OptionsOf(configure);
        options.Group = group;
        return new GroupConsumer<TKey, TValue>(
            subscription,
            _broker,
            _environment,
            options,
            (keyDeserializer ?? DefaultSerdes.Get<TKey>(), valueDeserializer ?? DefaultSerdes.Get<TValue>()),
            _loggers,
            _metrics);
    }

    /// <summary>Begins to hand the records of a topic to a handler.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="plan">How.</param>
    /// <param name="call">The handler.</param>
    /// <returns>What stops it.</returns>
    /// <exception cref="StreamLogException">Nothing codes one of the types.</exception>
    public IPushConsumer Handle<TKey, TValue>(HandlerPlan plan, HandlerCall<TKey, TValue> call)
    {
        TopicRegistration<TKey, TValue>? registration = RegistrationOf<TKey, TValue>(plan.Topic);
        ISerde<TKey> keys = registration?.KeySerde ?? DefaultSerdes.Get<TKey>();
        ISerde<TValue> values = registration?.ValueSerde ?? DefaultSerdes.Get<TValue>();
        ConsumerOptions options = OptionsOf((ConsumerOptions copy) =>
        {
            plan.Consumer?.Invoke(copy);
            copy.Group = plan.Group;
            copy.Commit = CommitMode.OnComplete;
        });
        bool putsAside = plan.DeadLetterTopic is not null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, typeof(IStreamLog));
            PushConsumer<TKey, TValue> consumer = new(
                plan,
                call,
                listener => new GroupConsumer<TKey, TValue>(
                    Subscription.To(plan.Topic),
                    _broker,
                    _environment,
                    options,
                    (keys, values),
                    _loggers,
                    _metrics,
                    listener,
                    keepsRaw: putsAside),
                putsAside ? NewProducer(LetterOptions(), DeadLetters.Serializer, DeadLetters.Serializer) : null,
                _environment,
                _handlerMetrics,
                _loggers.CreateLogger("StreamLog.Handler"));
            _handlers.Add(consumer);
            return consumer;
        }
    }

    /// <summary>Tells how handlers fare. Thread-safe.</summary>
    /// <returns>A picture of each.</returns>
    public IReadOnlyList<HandlerHealth> DescribeHandlers()
    {
        IPushConsumer[] handlers;
        lock (_gate)
            handlers = [.. _handlers];
        return [.. handlers.Select(static handler => handler.Describe())];
    }

    /// <summary>Stops handlers that nobody has stopped, sends what the shared topics still hold, and closes
    /// them.</summary>
    /// <param name="timeout">How long that may take. What is not acknowledged then fails.</param>
    /// <param name="hurry">Ends that time at once.</param>
    /// <returns>Whether it was done in time.</returns>
    public async ValueTask<bool> StopAsync(TimeSpan timeout, CancellationToken hurry)
    {
        IPushConsumer[] handlers;
        IAsyncDisposable[] producers;
        lock (_gate)
        {
            _isStopped = true;
            handlers = [.. _handlers];
            _handlers.Clear();
            producers = [.. _topics.Values.Select(topic => topic.Producer).OfType<IAsyncDisposable>()];
        }

        Task all = StopAllAsync(handlers, producers, hurry);
        try
        {
            await all.WaitAsync(timeout, _environment.Time, hurry).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            if (!all.IsCompleted)
                return false;
            await all.ConfigureAwait(false); // Done in the last moment, or it is they who failed so.
            return true;
        }
    }

    // What handlers append while they finish goes through the shared producers.
    private static async Task StopAllAsync(
        IPushConsumer[] handlers, IAsyncDisposable[] producers, CancellationToken hurry)
    {
        await Task.WhenAll(handlers.Select(handler => handler.StopAsync(hurry))).ConfigureAwait(false);
        await Task.WhenAll(producers.Select(producer => producer.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private TopicRegistration<TKey, TValue>? RegistrationOf<TKey, TValue>(string topic) =>
        _registrations.GetValueOrDefault(topic) as TopicRegistration<TKey, TValue>;

    // Made at the first append: many topics are read alone.
    private IProducer<TKey, TValue> ProducerOf<TKey, TValue>(
        SharedTopic topic, ISerde<TKey> keySerde, ISerde<TValue> valueSerde)
    {
        if (topic.Producer is IProducer<TKey, TValue> existing)
            return existing;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, typeof(IStreamLog));
            topic.Producer ??= NewProducer(_options.Producer, keySerde, valueSerde);
            return (IProducer<TKey, TValue>)topic.Producer;
        }
    }

    private TracedProducer<TKey, TValue> NewProducer<TKey, TValue>(
        ProducerOptions options, ISerializer<TKey> keySerializer, ISerializer<TValue> valueSerializer) => new(
        new Producer<TKey, TValue>(
            _broker, _environment, options, keySerializer, valueSerializer, _loggers, _metrics),
        _tracing);

    // What others may send is no measure of what was read: the limit of the letters' own topic is.
    private ProducerOptions LetterOptions() => OptionCopies.Copy(_options.Producer, static letters =>
    {
        letters.MaxRequestBytes = WireLimits.BytesMax / 2;
        letters.BufferBytes = Math.Max(letters.BufferBytes, letters.MaxRequestBytes);
    });

    private ProducerOptions OptionsOf(Action<ProducerOptions>? configure)
    {
        ProducerOptions options = OptionCopies.Copy(_options.Producer, configure);
        StreamLogOptionsValidator.ThrowIfInvalid(options);
        return options;
    }

    private ConsumerOptions OptionsOf(Action<ConsumerOptions>? configure)
    {
        ConsumerOptions options = OptionCopies.Copy(_options.Consumer, configure);
        StreamLogOptionsValidator.ThrowIfInvalid(options);
        return options;
    }

    private bool IsStopped()
    {
        lock (_gate)
            return _isStopped;
    }

    private sealed class SharedTopic
    {
        private volatile IAsyncDisposable? _producer;

        public object? Handle { get; set; }

        public IAsyncDisposable? Producer
        {
            get => _producer;
            set => _producer = value;
        }
    }
}
