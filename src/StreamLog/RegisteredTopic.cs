namespace StreamLog;

/// <summary>An injected topic. It can be had before the node has started, and used from then on. Thread-safe.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
internal sealed class RegisteredTopic<TKey, TValue> : ITopic<TKey, TValue>
{
    private readonly HostedStreamLog _log;
    private ITopic<TKey, TValue>? _topic;

    /// <summary>Creates the topic.</summary>
    /// <param name="log">The node that starts with the host.</param>
    /// <param name="name">The topic's name.</param>
    public RegisteredTopic(HostedStreamLog log, string name)
    {
        _log = log;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    // Two threads that come first may each make a handle; the node gives both the same producer.
    private ITopic<TKey, TValue> Topic => _topic ??= _log.Topic<TKey, TValue>(Name);

    /// <inheritdoc/>
    public ValueTask<LogPosition> AppendAsync(TKey key, TValue value, CancellationToken cancellationToken = default) =>
        Topic.AppendAsync(key, value, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LogPosition> AppendAsync(TValue value, CancellationToken cancellationToken = default) =>
        Topic.AppendAsync(value, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LogPosition> AppendAsync(
        ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default) =>
        Topic.AppendAsync(record, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken = default) =>
        Topic.AppendAsync(records, cancellationToken);

    /// <inheritdoc/>
    public ValueTask EnqueueAsync(TKey key, TValue value, CancellationToken cancellationToken = default) =>
        Topic.EnqueueAsync(key, value, cancellationToken);

    /// <inheritdoc/>
    public ValueTask EnqueueAsync(
        ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default) =>
        Topic.EnqueueAsync(record, cancellationToken);

    /// <inheritdoc/>
    public bool TryEnqueue(TKey key, TValue value) => Topic.TryEnqueue(key, value);

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => Topic.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Record<TKey, TValue>> ReadAsync(
        StartAt startAt, bool follow = false, CancellationToken cancellationToken = default) =>
        Topic.ReadAsync(startAt, follow, cancellationToken);

    /// <inheritdoc/>
    public IGroupConsumer<TKey, TValue> Consume(string group, Action<ConsumerOptions>? configure = null) =>
        Topic.Consume(group, configure);

    /// <inheritdoc/>
    public IShareConsumer<TKey, TValue> ConsumeShared(string group, Action<ShareConsumerOptions>? configure = null) =>
        Topic.ConsumeShared(group, configure);
}
