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

    /// <summary>Compresses records as hard as asked.</summary>
    /// <param name="records">The bytes after the header of a batch.</param>
    /// <param name="output">Where the compressed bytes go.</param>
    /// <param name="level">The level, in the codec's own terms; one that it does not have is cut to the next it has. A
    /// codec without levels takes no notice.</param>
    void Compress(ReadOnlySpan<byte> records, IBufferWriter<byte> output, int level) => Compress(records, output);

    /// <summary>Decompresses records.</summary>
    /// <param name="compressed">What <c>Compress</c>, or another implementation, wrote. It is not to be
    /// trusted.</param>
    /// <param name="maxBytes">The most bytes that may come of it. What would exceed them is refused before it is
    /// allocated.</param>
    /// <returns>The records. The caller disposes them.</returns>
    /// <exception cref="StreamLogException">
    /// The bytes are malformed or exceed <paramref name="maxBytes"/>: <see cref="ErrorCode.CorruptMessage"/>.
    /// </exception>
    RecordBuffer Decompress(ReadOnlySpan<byte> compressed, int maxBytes);
}
