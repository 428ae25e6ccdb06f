using System.Buffers;

namespace StreamLog.Protocol.Compression;

/// <summary>Compresses and decompresses the records of batches. Every thread may use it at once.</summary>
public interface ICompressionCodec
{
    /// <summary>Gets the type that batches name it by.</summary>
    CompressionType Type { get; }

    /// <summary>Compresses records.</summary>
    /// <param name="records">The bytes after the header of a batch.</param>
    /// <param name="output">Where the compressed bytes go.</param>
    void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output);

    /// <summary>Decompresses records.</summary>
    /// <param name="compressed">What <see cref="Compress"/>, or another implementation, wrote. It is not to be
    /// trusted.</param>
    /// <param name="maxBytes">The most bytes that may come of it. What would exceed them is refused before it is
    /// allocated.</param>
    /// <returns>The records. The caller disposes them.</returns>
    /// <exception cref="StreamLogException">
    /// The bytes are malformed or exceed <paramref name="maxBytes"/>: <see cref="ErrorCode.CorruptMessage"/>.
    /// </exception>
    RecordBuffer Decompress(ReadOnlySpan<byte> compressed, int maxBytes);
}
