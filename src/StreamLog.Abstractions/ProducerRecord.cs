namespace StreamLog;

/// <summary>A record to append, with everything that may be said about it.</summary>
/// <typeparam name="TKey">The type of its key.</typeparam>
/// <typeparam name="TValue">The type of its value.</typeparam>
/// <param name="Key">The key. <see langword="null"/> becomes a record without a key.</param>
/// <param name="Value">The value. <see langword="null"/> becomes a tombstone.</param>
public readonly record struct ProducerRecord<TKey, TValue>(TKey Key, TValue Value)
{
    /// <summary>Gets the partition to append to; <see langword="null"/> leaves it to the partitioner.</summary>
    public int? Partition { get; init; }

    /// <summary>Gets the record's time; <see langword="null"/> is now.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Gets the headers; <see langword="null"/> is none.</summary>
    public RecordHeaders? Headers { get; init; }
}
