namespace StreamLog;

/// <summary>One record as a view of the bytes it was read from. It is gone with its
/// <see cref="RecordLease"/>.</summary>
public readonly ref struct RawRecord
{
    /// <summary>Gets the record's offset.</summary>
    public long Offset { get; init; }

    /// <summary>Gets the record's time in milliseconds since 1970 (UTC).</summary>
    public long TimestampMs { get; init; }

    /// <summary>Gets whether the record has a key.</summary>
    public bool HasKey { get; init; }

    /// <summary>Gets the key's bytes.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Gets whether the record has a value; without one it is a tombstone.</summary>
    public bool HasValue { get; init; }

    /// <summary>Gets the value's bytes.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Gets the number of headers.</summary>
    public int HeaderCount { get; init; }
}
