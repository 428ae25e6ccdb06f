using Microsoft.Extensions.Logging;
using StreamLog.Clients;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog;

/// <summary>Makes a node's clients, and holds the topics that all their users share.</summary>
/// <remarks>Owned by the node. Thread-safe.</remarks>
internal sealed class NodeClients
{
    private readonly IBroker _broker;
    private readonly INodeEnvironment _environment;
    private readonly StreamLogOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ClientMetrics _metrics;
    private readonly StreamLogTracing _tracing;
    private readonly Dictionary<string, TopicRegistration> _registrations;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. A topic, and with it its producer, is shared by those who ask for the same name
    // with the same serializers.
    private readonly Dictionary<(string Name, object KeySerde, object ValueSerde), SharedTopic> _topics = [];
    private bool _isStopped;

    /// <summary>Creates the clients of a node.</summary>
    /// <param name="broker">The engine.</param>
    /// <param name="environment">The node's clock and randomness.</param>
    /// <param name="options">The node's options.</param>
    /// <param name="host">The topics that the application added, and where clients log.</param>
    /// <param name="metrics">What clients count with.</param>
    /// <param name="tracing">The activities of clients.</param>
    public NodeClients(
        IBroker broker,
        INodeEnvironment environment,
        StreamLogOptions options,
        NodeHost host,
        StreamLogMetrics metrics,
        StreamLogTracing tracing)
    {
        _broker = broker;
        _environment = environment;
        _options = options;
        _loggers = host.Loggers;
        _metrics = metrics.Clients;
        _tracing = tracing;
        _registrations = host.Topics.ToDictionary(topic => topic.TopicName, StringComparer.Ordinal);
        Admin = new Admin(broker, environment);
    }

    /// <summary>Gets what manages topics, configurations and offsets.</summary>
    public IAdmin Admin { get; }

    /// <inheritdoc cref="IStreamLog.Topic{TKey, TValue}"/>
    public ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde)
    {
        ArgumentNullException.ThrowIfNull(name);
        TopicRegistration<TKey, TValue>? registration =
            _registrations.GetValueOrDefault(name) as TopicRegistration<TKey, TValue>;
        ISerde<TKey> keys = keySerde ?? registration?.KeySerde ?? DefaultSerde<TKey>();
        ISerde<TValue> values = valueSerde ?? registration?.ValueSerde ?? DefaultSerde<TValue>();

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, typeof(StreamLogNode));
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
        ObjectDisposedException.ThrowIf(IsStopped(), typeof(StreamLogNode));
        return NewProducer(
            OptionsOf(configure),
            keySerializer ?? DefaultSerde<TKey>(),
            valueSerializer ?? DefaultSerde<TValue>());
    }

    /// <inheritdoc cref="IStreamLog.CreateConsumer{TKey, TValue}"/>
    public IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure,
        IDeserializer<TKey>? keyDeserializer,
        IDeserializer<TValue>? valueDeserializer)
    {
        ObjectDisposedException.ThrowIf(IsStopped(), typeof(StreamLogNode));
        return new Consumer<TKey, TValue>(
            _broker,
            _environment,
            OptionsOf(configure),
            keyDeserializer ?? DefaultSerde<TKey>(),
            valueDeserializer ?? DefaultSerde<TValue>(),
            _loggers,
            _metrics);
    }

    /// <summary>Sends what the shared topics still hold, and closes them.</summary>
    /// <param name="timeout">How long that may take. What is not acknowledged then fails.</param>
    /// <param name="hurry">Ends that time at once.</param>
    /// <returns>Whether it was done in time.</returns>
    public async ValueTask<bool> StopAsync(TimeSpan timeout, CancellationToken hurry)
    {
        IAsyncDisposable[] producers;
        lock (_gate)
        {
            _isStopped = true;
            producers = [.. _topics.Values.Select(topic => topic.Producer).OfType<IAsyncDisposable>()];
        }

        Task all = Task.WhenAll(producers.Select(producer => producer.DisposeAsync().AsTask()));
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

    private static ISerde<T> DefaultSerde<T>() => Serdes.TryGet(out ISerde<T>? serde)
        ? serde
        : throw new StreamLogException(
            ErrorCode.InvalidConfig,
            $"Nothing says how {typeof(T).Name} is coded. Pass a serializer, such as Serdes.Json with a " +
            "source-generated context, or add the topic with AddTopic and say it there.");

    // Made at the first append: many topics are read alone.
    private IProducer<TKey, TValue> ProducerOf<TKey, TValue>(
        SharedTopic topic, ISerde<TKey> keySerde, ISerde<TValue> valueSerde)
    {
        if (topic.Producer is IProducer<TKey, TValue> existing)
            return existing;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, typeof(StreamLogNode));
            topic.Producer ??= NewProducer(_options.Producer, keySerde, valueSerde);
            return (IProducer<TKey, TValue>)topic.Producer;
        }
    }

    private TracedProducer<TKey, TValue> NewProducer<TKey, TValue>(
        ProducerOptions options, ISerializer<TKey> keySerializer, ISerializer<TValue> valueSerializer) => new(
        new Producer<TKey, TValue>(
            _broker, _environment, options, keySerializer, valueSerializer, _loggers, _metrics),
        _tracing);

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
