using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Clients.Consuming;
using StreamLog.Clients.Sharing;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Clients;

/// <summary>One topic for applications: a shared producer, reading like a file, and consuming as a group.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>Thread-safe. It owns nothing: the producer is the node's.</remarks>
internal sealed class TopicHandle<TKey, TValue> : ITopic<TKey, TValue>
{
    private readonly IBroker _broker;
    private readonly INodeEnvironment _environment;
    private readonly Func<IProducer<TKey, TValue>> _producer;
    private readonly ConsumerOptions _options;
    private readonly ISerde<TKey> _keySerde;
    private readonly ISerde<TValue> _valueSerde;
    private readonly Func<TValue, TKey>? _keySelector;
    private readonly Action<ConsumerOptions> _check;
    private readonly ILoggerFactory _loggers;
    private readonly ClientMetrics? _metrics;

    /// <summary>Creates a handle. It asks nothing of the topic yet.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="producer">Returns the producer that all handles of these types share; called for each use.</param>
    /// <param name="options">The node's options for consumers.</param>
    /// <param name="check">Throws where a caller has changed options to what no consumer can work with.</param>
    /// <param name="serdes">What codes keys and values, and what takes the key from a value, if anything does.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    /// <exception cref="StreamLogException">The name is not legal.</exception>
    public TopicHandle(
        string name,
        IBroker broker,
        INodeEnvironment environment,
        Func<IProducer<TKey, TValue>> producer,
        ConsumerOptions options,
        Action<ConsumerOptions> check,
        (ISerde<TKey> Key, ISerde<TValue> Value, Func<TValue, TKey>? KeySelector) serdes,
        ILoggerFactory loggers,
        ClientMetrics? metrics = null)
    {
        TopicNames.Check(name);
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(producer);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(check);
        ArgumentNullException.ThrowIfNull(serdes.Key);
        ArgumentNullException.ThrowIfNull(serdes.Value);
        ArgumentNullException.ThrowIfNull(loggers);
        Name = name;
        _broker = broker;
        _environment = environment;
        _producer = producer;
        _options = options;
        _check = check;
        _keySerde = serdes.Key;
        _valueSerde = serdes.Value;
        _keySelector = serdes.KeySelector;
        _loggers = loggers;
        _metrics = metrics;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<LogPosition> AppendAsync(TKey key, TValue value, CancellationToken cancellationToken = default) =>
        _producer().AppendAsync(Name, new ProducerRecord<TKey, TValue>(key, value), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LogPosition> AppendAsync(TValue value, CancellationToken cancellationToken = default)
    {
        if (_keySelector is null)
        {
            throw new InvalidOperationException(
                $"Topic '{Name}' was registered without a key selector. Append with a key, or give AddTopic one with "
                + "Key(...).");
        }

        return AppendAsync(_keySelector(value), value, cancellationToken);
    }

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<LogPosition> AppendAsync(
        ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default) =>
        _producer().AppendAsync(Name, record, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken = default) =>
        _producer().AppendAsync(Name, records, cancellationToken);

    /// <inheritdoc/>
    public ValueTask EnqueueAsync(TKey key, TValue value, CancellationToken cancellationToken = default) =>
        _producer().EnqueueAsync(Name, new ProducerRecord<TKey, TValue>(key, value), cancellationToken);

    /// <inheritdoc/>
    public ValueTask EnqueueAsync(ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default) =>
        _producer().EnqueueAsync(Name, record, cancellationToken);

    /// <inheritdoc/>
    public bool TryEnqueue(TKey key, TValue value) =>
        _producer().TryEnqueue(Name, new ProducerRecord<TKey, TValue>(key, value));

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        _producer().FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Record<TKey, TValue>> ReadAsync(
        StartAt startAt, bool follow = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Whoever names a place gets an error if it is not there; only the beginning may move while it is looked for.
        ConsumerOptions options = OptionCopies.Copy(_options, copy =>
        {
            copy.Group = null;
            copy.OffsetReset = startAt.Kind == StartAtKind.Earliest ? OffsetReset.Earliest : OffsetReset.None;
        });
        Consumer<TKey, TValue> consumer = new(
            _broker, _environment, options, _keySerde, _valueSerde, _loggers, _metrics);
        await using ConfiguredAsyncDisposable disposal = consumer.ConfigureAwait(false);
        int count = await AssignAsync(consumer, options, startAt, follow, cancellationToken).ConfigureAwait(false);
        PartitionWatch? watch = follow ? Watch(consumer, count) : null;
        await using ConfiguredAsyncDisposable watchDisposal =
            (watch as IAsyncDisposable ?? consumer).ConfigureAwait(false);
        await foreach (Record<TKey, TValue> record in consumer.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return record;
    }

    /// <inheritdoc/>
    public IGroupConsumer<TKey, TValue> Consume(string group, Action<ConsumerOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ConsumerOptions options = OptionCopies.Copy(_options, configure);
        options.Group = group;
        _check(options);
        return new GroupConsumer<TKey, TValue>(
            Subscription.To(Name), _broker, _environment, options, (_keySerde, _valueSerde), _loggers, _metrics);
    }

    /// <inheritdoc/>
    public IShareConsumer<TKey, TValue> ConsumeShared(string group, Action<ShareConsumerOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ShareConsumerOptions options = new();
        configure?.Invoke(options);
        ShareOptionRules.Check(options, Name);
        return new ShareConsumer<TKey, TValue>(
            Name, group, _broker, _environment, options, (_keySerde, _valueSerde), _loggers);
    }

    private PartitionWatch Watch(Consumer<TKey, TValue> consumer, int count) => new(
        consumer.Session,
        Name,
        count,
        (partitions, token) => consumer.AssignAsync(partitions, StartAt.Earliest, token),
        _loggers.CreateLogger("StreamLog.Topic"));

    private async ValueTask<int> AssignAsync(
        Consumer<TKey, TValue> consumer,
        ConsumerOptions options,
        StartAt startAt,
        bool follow,
        CancellationToken cancellationToken)
    {
        TopicMetadata topic = await consumer.Session.RetryAsync(
            (left, token) => consumer.Session.FindTopicAsync(Name, mayCreate: true, left, token),
            options.ApiTimeout,
            cancellationToken).ConfigureAwait(false);
        IReadOnlyList<TopicPartition> partitions = PartitionWatch.All(Name, topic.PartitionCount);
        IReadOnlyDictionary<TopicPartition, long>? ends = follow
            ? null
            : await consumer.Offsets
                .FindAsync(partitions, StartAt.Latest, options.ApiTimeout, cancellationToken).ConfigureAwait(false);
        await consumer.AssignAsync(partitions, startAt, ends, cancellationToken).ConfigureAwait(false);
        return partitions.Count;
    }
}
