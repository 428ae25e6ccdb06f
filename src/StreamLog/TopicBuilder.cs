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

    /// <summary>Gets further settings by Kafka's names, such as <c>segment.bytes</c>.</summary>
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
