namespace StreamLog;

/// <summary>A topic that the application added, with what codes its keys and values. Immutable.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
internal sealed record TopicRegistration<TKey, TValue>(string NodeName, string TopicName)
    : TopicRegistration(NodeName, TopicName)
{
    /// <summary>Gets what codes keys.</summary>
    public required ISerde<TKey> KeySerde { get; init; }

    /// <summary>Gets what codes values.</summary>
    public required ISerde<TValue> ValueSerde { get; init; }

    /// <summary>Gets what takes the key from a value, or <see langword="null"/>.</summary>
    public Func<TValue, TKey>? KeySelector { get; init; }
}
