namespace StreamLog.Clients.Producing;

/// <summary>A record on its way into a batch, in bytes.</summary>
internal readonly ref struct AppendEntry
{
    /// <summary>Gets the key's bytes.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Gets whether there is a key.</summary>
    public bool HasKey { get; init; }

    /// <summary>Gets the value's bytes.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Gets whether there is a value.</summary>
    public bool HasValue { get; init; }

    /// <summary>Gets the time; <see langword="null"/> is now.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Gets the headers.</summary>
    public RecordHeaders? Headers { get; init; }

    /// <summary>Gets the number of the transaction that the record belongs to, of a producer that has some.</summary>
    public int Transaction { get; init; }
}
