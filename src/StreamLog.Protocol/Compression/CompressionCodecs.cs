namespace StreamLog.Protocol.Compression;

/// <summary>The codecs of this process, by type. Every thread may ask and register.</summary>
public static class CompressionCodecs
{
    // The place of a codec is its type's number. A null is a type without a codec yet.
    private static readonly ICompressionCodec?[] Codecs =
        [null, new GzipCodec(), new SnappyCodec(), new Lz4Codec(), null];

    /// <summary>Returns the codec of a type.</summary>
    /// <param name="type">The type; not <see cref="CompressionType.None"/>.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="StreamLogException">
    /// There is none: <see cref="ErrorCode.UnsupportedCompressionType"/>, with the remedy in the message.
    /// </exception>
    public static ICompressionCodec Get(CompressionType type) => Find(type) ?? throw new StreamLogException(
        ErrorCode.UnsupportedCompressionType,
        type == CompressionType.Zstd
            ? ZstdLibrary.MissingMessage
            : $"There is no codec for compression type {type}: use gzip, snappy, lz4 or zstd.");

    /// <summary>Returns whether there is a codec of a type here.</summary>
    /// <param name="type">The type.</param>
    /// <returns><see langword="true"/> also for <see cref="CompressionType.None"/>, which needs none.</returns>
    public static bool IsAvailable(CompressionType type) => type == CompressionType.None || Find(type) is not null;

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

    private static ICompressionCodec? Find(CompressionType type)
    {
        if ((uint)type >= (uint)Codecs.Length)
            return null;

        ICompressionCodec? codec = Volatile.Read(ref Codecs[(int)type]);
        if (codec is null && type == CompressionType.Zstd && ZstdLibrary.Shared.Value is { } library)
        {
            // The library is looked for when it is first asked for, and a codec that was registered meanwhile stays.
            ZstdCodec built = new(library);
            codec = Interlocked.CompareExchange(ref Codecs[(int)type], built, null) ?? built;
        }

        return codec;
    }
}
