namespace StreamLog;

/// <summary>How the records of a batch are compressed, with Kafka's numbers.</summary>
public enum CompressionType
{
    /// <summary>They are not.</summary>
    None = 0,

    /// <summary>Gzip: dense and slow.</summary>
    Gzip = 1,

    /// <summary>Snappy, in the framing that Kafka's clients write.</summary>
    Snappy = 2,

    /// <summary>LZ4, in its frame format: the fastest.</summary>
    Lz4 = 3,

    /// <summary>Zstandard: dense and fast. It needs the native library or a registered codec.</summary>
    Zstd = 4,
}
