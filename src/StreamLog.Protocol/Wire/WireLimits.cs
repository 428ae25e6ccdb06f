namespace StreamLog.Protocol.Wire;

/// <summary>The largest lengths that are read from the wire, whatever the sender claims.</summary>
public static class WireLimits
{
    /// <summary>The most bytes of one string. The classic encoding has room for no more.</summary>
    public const int StringBytesMax = short.MaxValue;

    /// <summary>The most bytes of one byte array or run of batches: Kafka's <c>socket.request.max.bytes</c>.</summary>
    public const int BytesMax = 100 * 1024 * 1024;

    /// <summary>The most items of one array: ten times the partitions of the largest Kafka clusters.</summary>
    public const int ArrayLengthMax = 2_000_000;

    /// <summary>The most tagged fields of one struct. Kafka itself has fewer than ten anywhere.</summary>
    public const int TaggedFieldsMax = 1_000;
}
