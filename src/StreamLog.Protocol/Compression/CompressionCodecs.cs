namespace StreamLog.Protocol.Compression;

/// <summary>The codecs of this process, by type. Every thread may ask and register.</summary>
public static class CompressionCodecs
{
    // The place of a codec is its type's number. A null is a type without a codec.
    private static readonly ICompressionCodec?[] Codecs = new ICompressionCodec?[(int)CompressionType.Zstd + 1];

    /// <summary>Returns the codec of a type.</summary>
    /// <param name="type">The type; not <see cref="CompressionType.None"/>.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="StreamLogException">
    /// There is none: <see cref="ErrorCode.UnsupportedCompressionType"/>, with the remedy in the message.
    /// </exception>
    public static ICompressionCodec Get(CompressionType type) =>
        (uint)type < (uint)Codecs.Length && Volatile.Read(ref Codecs[(int)type]) is { } codec
            ? codec
            : throw new StreamLogException(
                ErrorCode.UnsupportedCompressionType,
                $"There is no codec for compression type {type}. Register one with CompressionCodecs.Register.");

    /// <summary>Returns whether there is a codec of a type here.</summary>
    /// <param name="type">The type.</param>
    /// <returns><see langword="true"/> also for <see cref="CompressionType.None"/>, which needs none.</returns>
    public static bool IsAvailable(CompressionType type) =>
        type == CompressionType.None
        || ((uint)type < (uint)Codecs.Length && Volatile.Read(ref Codecs[(int)type]) is not null);

    /// <summary>Takes a codec for its type, in place of the one before.</summary>
    /// <param name="codec">The codec.</param>
    /// <exception cref="ArgumentNullException"><paramref name="codec"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The codec names no type that batches can name.</exception>
    public static void Register(ICompressionCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (codec.Type is <= CompressionType.None or > CompressionType.Zstd)
            throw new ArgumentException($"Batches cannot name compression type {codec.Type}.", nameof(codec));

        Volatile.Write(ref Codecs[(int)codec.Type], codec);
    }
}
