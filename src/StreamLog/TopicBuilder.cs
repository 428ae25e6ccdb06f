using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace StreamLog;

/// <summary>Says how a topic of an application is set up, and how its keys and values are coded.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>Used while services are registered, by one thread.</remarks>
public sealed class TopicBuilder<TKey, TValue>
{
    private readonly TopicOptions _options = new();
    private ISerde<TKey>? _keySerde;
    private ISerde<TValue>? _valueSerde;
    private Func<TValue, TKey>? _keySelector;

    internal TopicBuilder(string name) => Name = name;

    /// <summary>Gets the topic's name.</summary>
    public string Name { get; }

    /// <summary>Gets or sets the number of partitions.</summary>
    /// <value>The default is the node's <see cref="StreamLogOptions.DefaultPartitions"/>.</value>
    public int? Partitions
    {
        get => _options.Partitions;
        set => _options.Partitions = value;
    }

    /// <summary>Gets or sets what an acknowledgement promises on this topic.</summary>
    /// <value>The default is the node's <see cref="StreamLogOptions.Durability"/>.</value>
    public Durability? Durability
    {
        get => _options.Durability;
        set => _options.Durability = value;
    }

    /// <summary>Gets or sets what becomes of old records. Kafka calls it <c>cleanup.policy</c>.</summary>
    /// <value>The default is the node's, which is <see cref="CleanupPolicy.Delete"/> unless its settings
    /// say otherwise.</value>
    public CleanupPolicy? Cleanup
    {
        get => _options.Cleanup;
        set => _options.Cleanup = value;
    }

    /// <summary>Gets or sets how long records are kept; <see cref="Timeout.InfiniteTimeSpan"/> is for ever. Kafka calls
    /// it <c>retention.ms</c>.</summary>
    /// <value>The default is the node's.</value>
    public TimeSpan? Retention
    {
        get => _options.Retention;
        set => _options.Retention = value;
    }

    /// <summary>Gets or sets how large a partition may become before its oldest segments go; -1 is without bounds.
    /// Kafka calls it <c>retention.bytes</c>.</summary>
    /// <value>The default is the node's.</value>
    public long? RetentionBytes
    {
        get => _options.RetentionBytes;
        set => _options.RetentionBytes = value;
    }

    /// <summary>Gets or sets the size at which a segment is closed and the next one begun. Kafka calls it
    /// <c>segment.bytes</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.SegmentBytes"/>.</value>
    public int? SegmentBytes
    {
        get => _options.SegmentBytes;
        set => _options.SegmentBytes = value;
    }

    /// <summary>Gets or sets the age at which a segment is closed and the next one begun. Kafka calls it
    /// <c>segment.ms</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.SegmentAge"/>.</value>
    public TimeSpan? SegmentAge
    {
        get => _options.SegmentAge;
        set => _options.SegmentAge = value;
    }

    /// <summary>Gets or sets the largest record batch that is taken, as it is stored. Kafka calls it
    /// <c>max.message.bytes</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.MaxMessageBytes"/>.</value>
    public int? MaxMessageBytes
    {
        get => _options.MaxMessageBytes;
        set => _options.MaxMessageBytes = value;
    }

    /// <summary>Gets or sets the codec that batches are stored with. Kafka calls it
    /// <c>compression.type</c>.</summary>
    /// <value>The default is the node's, which stores batches as they were produced.</value>
    public CompressionType? Compression
    {
        get => _options.Compression;
        set => _options.Compression = value;
    }

    /// <summary>Gets or sets whose clock stamps the records. Kafka calls it
    /// <c>message.timestamp.type</c>.</summary>
    /// <value>The default is the node's <see cref="LogOptions.TimestampType"/>.</value>
    public TimestampType? TimestampType
    {
        get => _options.TimestampType;
        set => _options.TimestampType = value;
    }

    /// <summary>Gets further settings by Kafka's names, such as <c>min.compaction.lag.ms</c>. They hold before the
    /// properties above.</summary>
    public IDictionary<string, string> Configs => _options.Configs;

    /// <summary>Says how a value's key is taken from it, so that values can be appended alone.</summary>
    /// <param name="selector">Returns the key of a value. Must be thread-safe.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="selector"/> is <see langword="null"/>.</exception>
    public TopicBuilder<TKey, TValue> Key(Func<TValue, TKey> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _keySelector = selector;
        return this;
    }

    /// <summary>Codes values, and keys that <see cref="Serdes"/> does not know, as JSON.</summary>
    /// <param name="context">A source-generated context that knows the types.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The context does not know one of the types.</exception>
    public TopicBuilder<TKey, TValue> Json(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _valueSerde = Serdes.Json(TypeInfo<TValue>(context));
        if (!Serdes.TryGet(out ISerde<TKey>? _))
            _keySerde = Serdes.Json(TypeInfo<TKey>(context));
        return this;
    }

    /// <summary>Says how keys and values are coded.</summary>
    /// <param name="key">Codes keys; <see langword="null"/> leaves it as it is.</param>
    /// <param name="value">Codes values; <see langword="null"/> leaves it as it is.</param>
    /// <returns>The same builder.</returns>
    public TopicBuilder<TKey, TValue> Serde(ISerde<TKey>? key = null, ISerde<TValue>? value = null)
    {
        _keySerde = key ?? _keySerde;
        _valueSerde = value ?? _valueSerde;
        return this;
    }

    internal TopicRegistration<TKey, TValue> Build(string nodeName) => new(nodeName, Name)
    {
        KeySerde = _keySerde ?? DefaultSerde<TKey>("keys"),
        ValueSerde = _valueSerde ?? DefaultSerde<TValue>("values"),
        KeySelector = _keySelector,
    };

    // What the application leaves out stays as configuration has it.
    internal void Apply(TopicOptions options)
    {
        options.Partitions = Partitions ?? options.Partitions;
        options.Durability = Durability ?? options.Durability;
        options.Cleanup = Cleanup ?? options.Cleanup;
        options.Retention = Retention ?? options.Retention;
        options.RetentionBytes = RetentionBytes ?? options.RetentionBytes;
        options.SegmentBytes = SegmentBytes ?? options.SegmentBytes;
        options.SegmentAge = SegmentAge ?? options.SegmentAge;
        options.MaxMessageBytes = MaxMessageBytes ?? options.MaxMessageBytes;
        options.Compression = Compression ?? options.Compression;
        options.TimestampType = TimestampType ?? options.TimestampType;
        foreach ((string name, string value) in Configs)
            options.Configs[name] = value;
    }

    private static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerContext context) =>
        context.GetTypeInfo(typeof(T)) as JsonTypeInfo<T> ?? throw new ArgumentException(
            $"{context.GetType().Name} does not know {typeof(T).Name}. " +
            $"Put [JsonSerializable(typeof({typeof(T).Name}))] on it.",
            nameof(context));

    private ISerde<T> DefaultSerde<T>(string what) => Serdes.TryGet(out ISerde<T>? serde)
        ? serde
        : throw new InvalidOperationException(
            $"Nothing says how the {what} of topic '{Name}', of type {typeof(T).Name}, are coded. Call Json with a " +
            "source-generated context, or Serde, where the topic is added.");
}
