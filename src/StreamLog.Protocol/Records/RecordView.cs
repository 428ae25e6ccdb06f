namespace StreamLog.Protocol.Records;

/// <summary>A view of one record. It is good as long as the bytes of the batch are: copy what must live
/// longer.</summary>
public readonly ref struct RecordView
{
    private readonly ReadOnlySpan<byte> _headers;

    internal RecordView(
        long offset, long timestamp, ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> value, bool hasValue,
        ReadOnlySpan<byte> headers, int headerCount)
    {
        Offset = offset;
        Timestamp = timestamp;
        Key = key;
        HasKey = hasKey;
        Value = value;
        HasValue = hasValue;
        _headers = headers;
        HeaderCount = headerCount;
    }

    /// <summary>Gets the place in the partition.</summary>
    public long Offset { get; }

    /// <summary>Gets the time, in Unix milliseconds.</summary>
    public long Timestamp { get; }

    /// <summary>Gets whether there is a key. An empty one is one; a null one is none.</summary>
    public bool HasKey { get; }

    /// <summary>Gets the key; empty where there is none.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>Gets whether there is a value. An empty one is one; a null one is none: a tombstone.</summary>
    public bool HasValue { get; }

    /// <summary>Gets the value; empty where there is none.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Gets the number of headers.</summary>
    public int HeaderCount { get; }

    /// <summary>Gets the headers, in order.</summary>
    public RecordHeadersReader Headers => new(_headers, HeaderCount);
}
