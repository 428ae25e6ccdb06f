using System.Buffers;
using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Compression;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// Gives a batch the compression of its topic, where the topic asks for one (<c>compression.type</c>).
/// </summary>
/// <remarks>The records stay as they are, byte for byte; only what is around them changes.</remarks>
internal static class Recompression
{
    /// <summary>Returns the batch with another compression.</summary>
    /// <param name="batch">A whole batch that was checked.</param>
    /// <param name="target">The compression wanted.</param>
    /// <param name="level">How hard it is to try; <see langword="null"/> is as hard as it does unasked.</param>
    /// <returns>The same buffer with one more reference, or a new one: the caller disposes it either way.</returns>
    /// <exception cref="StreamLogException">There is no codec for one of the two.</exception>
    public static RecordBuffer Apply(RecordBuffer batch, CompressionType target, int? level = null)
    {
        RecordBatchHeader header = new(batch.Span);
        if (header.Compression == target || header.IsControl || header.RecordCount == 0)
            return batch.Retain();

        using RecordBuffer records = RecordReader.Open(batch);
        if (target == CompressionType.None)
            return Wrap(header, batch.Span, records.Span, target);

        ArrayBufferWriter<byte> compressed = new(Math.Max(256, records.Length / 2));
        ICompressionCodec codec = CompressionCodecs.Get(target);
        if (level is { } asked)
            codec.Compress(records.Span, compressed, asked);
        else
            codec.Compress(records.Span, compressed);
        return Wrap(header, batch.Span, compressed.WrittenSpan, target);
    }

    private static RecordBuffer Wrap(
        RecordBatchHeader header, ReadOnlySpan<byte> batch, ReadOnlySpan<byte> body, CompressionType target)
    {
        RecordBuffer wrapped = RecordBuffer.Rent(RecordBatchHeader.Size + body.Length);
        Span<byte> bytes = wrapped.WritableMemory.Span;
        batch[..RecordBatchHeader.Size].CopyTo(bytes);
        body.CopyTo(bytes[RecordBatchHeader.Size..]);

        short attributes = (short)(header.Attributes - (short)header.Compression + (short)target);
        BinaryPrimitives.WriteInt16BigEndian(bytes[RecordBatchHeader.AttributesAt..], attributes);
        int length = bytes.Length - RecordBatchHeader.LengthPrefix;
        BinaryPrimitives.WriteInt32BigEndian(bytes[RecordBatchHeader.BatchLengthAt..], length);
        RecordBatchHeader.StampCrc(bytes);
        return wrapped;
    }
}
