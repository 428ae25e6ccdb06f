namespace StreamLog.Clients.Producing;

/// <summary>A record on its way into a batch: the key in bytes, the value not yet.</summary>
/// <typeparam name="TKey">The type of the key.</typeparam>
/// <typeparam name="TValue">The type of the value.</typeparam>
internal readonly ref struct AppendEntry<TKey, TValue>
{
    /// <summary>Creates the entry.</summary>
    /// <param name="record">The record.</param>
    /// <param name="keyBytes">The key's bytes.</param>
    /// <param name="hasKey">Whether there is a key.</param>
    /// <param name="valueSerializer">Writes the value.</param>
    public AppendEntry(
        in ProducerRecord<TKey, TValue> record,
        ReadOnlyMemory<byte> keyBytes,
        bool hasKey,
        ISerializer<TValue> valueSerializer)
    {
        KeyBytes = keyBytes;
        HasKey = hasKey;
        Value = record.Value;
        ValueSerializer = valueSerializer;
        TimestampMs = record.Timestamp?.ToUnixTimeMilliseconds();
        Headers = record.Headers;
    }

    /// <summary>Gets the key's bytes.</summary>
    public ReadOnlyMemory<byte> KeyBytes { get; }

    /// <summary>Gets whether there is a key.</summary>
    public bool HasKey { get; }

    /// <summary>Gets the value.</summary>
    public TValue Value { get; }

    /// <summary>Gets what writes the value.</summary>
    public ISerializer<TValue> ValueSerializer { get; }

    /// <summary>Gets the time in milliseconds since 1970; <see langword="null"/> is now.</summary>
    public long? TimestampMs { get; }

    /// <summary>Gets the headers.</summary>
    public RecordHeaders? Headers { get; }
}
